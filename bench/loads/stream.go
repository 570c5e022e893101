// SPDX-License-Identifier: Apache-2.0

// stream SOCKET FILE: a grpc-go server on a unix socket. Whoever calls it, by whatever name, gets the message in FILE over and over, as
// fast as it is taken. The message is ready-made: what a server spends on encoding is left out. Ends with its input.
package main

import (
	"io"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
)

// raw takes the place of the codec for messages: bytes pass as they are.
type raw struct{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(message interface{}) ([]byte, error) { return *message.(*[]byte), nil }

func (raw) Unmarshal(data []byte, message interface{}) error {
	*message.(*[]byte) = data
	return nil
}

func check(err error) {
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 3 {
		os.Exit(2)
	}
	message, err := os.ReadFile(os.Args[2])
	check(err)
	listener, err := net.Listen("unix", os.Args[1])
	check(err)
	encoding.RegisterCodec(raw{})
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ interface{}, stream grpc.ServerStream) error {
		for {
			if err := stream.SendMsg(&message); err != nil {
				return err
			}
		}
	}))
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	os.Stdout.WriteString("ready\n")
	check(server.Serve(listener))
}
