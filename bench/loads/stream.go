// SPDX-License-Identifier: Apache-2.0

// stream SOCKET FILE [encode]: a grpc-go server on a unix socket. Whoever calls it, by whatever name, gets the message in FILE over and
// over, as fast as it is taken. The message is ready-made: what a server spends on encoding is left out. With the third word protobuf
// makes the bytes of each message, from objects that are ready-made. Ends with its input.
package main

import (
	"bytes"
	"io"
	"net"
	"os"

	"github.com/golang/protobuf/proto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
)

// Messages of proto/closewait/v1, as protoc-gen-go 1.3 makes them, as far as the sample of the bench has their fields.
type response struct {
	Sequence      uint64 `protobuf:"varint,1,opt,name=sequence,proto3"`
	Transitions   *batch `protobuf:"bytes,2,opt,name=transitions,proto3"`
	XXX_sizecache int32  `json:"-"`
}

type batch struct {
	Transitions   []*transition `protobuf:"bytes,1,rep,name=transitions,proto3"`
	XXX_sizecache int32         `json:"-"`
}

type transition struct {
	Time          *timestamp `protobuf:"bytes,1,opt,name=time,proto3"`
	Cookie        uint64     `protobuf:"varint,2,opt,name=cookie,proto3"`
	Netns         uint32     `protobuf:"varint,3,opt,name=netns,proto3"`
	LocalAddress  string     `protobuf:"bytes,4,opt,name=local_address,proto3"`
	LocalPort     uint32     `protobuf:"varint,5,opt,name=local_port,proto3"`
	RemoteAddress string     `protobuf:"bytes,6,opt,name=remote_address,proto3"`
	RemotePort    uint32     `protobuf:"varint,7,opt,name=remote_port,proto3"`
	OldState      int32      `protobuf:"varint,8,opt,name=old_state,proto3"`
	NewState      int32      `protobuf:"varint,9,opt,name=new_state,proto3"`
	KtimeNs       uint64     `protobuf:"varint,17,opt,name=ktime_ns,proto3"`
	XXX_sizecache int32      `json:"-"`
}

type timestamp struct {
	Seconds       int64 `protobuf:"varint,1,opt,name=seconds,proto3"`
	Nanos         int32 `protobuf:"varint,2,opt,name=nanos,proto3"`
	XXX_sizecache int32 `json:"-"`
}

func (m *response) Reset()           { *m = response{} }
func (m *response) String() string   { return proto.CompactTextString(m) }
func (*response) ProtoMessage()      {}
func (m *batch) Reset()              { *m = batch{} }
func (m *batch) String() string      { return proto.CompactTextString(m) }
func (*batch) ProtoMessage()         {}
func (m *transition) Reset()         { *m = transition{} }
func (m *transition) String() string { return proto.CompactTextString(m) }
func (*transition) ProtoMessage()    {}
func (m *timestamp) Reset()          { *m = timestamp{} }
func (m *timestamp) String() string  { return proto.CompactTextString(m) }
func (*timestamp) ProtoMessage()     {}

// codec takes the place of the one for messages: of bytes it makes nothing, and of objects their bytes.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(message interface{}) ([]byte, error) {
	if objects, isObjects := message.(*response); isObjects {
		return proto.Marshal(objects)
	}
	return *message.(*[]byte), nil
}

func (codec) Unmarshal(data []byte, message interface{}) error {
	*message.(*[]byte) = data
	return nil
}

func check(err error) {
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
}

// objectsOf makes objects of which protobuf makes the same bytes.
func objectsOf(ready []byte) *response {
	objects := new(response)
	check(proto.Unmarshal(ready, objects))
	again, err := proto.Marshal(objects)
	check(err)
	if !bytes.Equal(ready, again) {
		println("the sample has fields that stream.go does not know")
		os.Exit(1)
	}
	return objects
}

func main() {
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	ready, err := os.ReadFile(os.Args[2])
	check(err)
	var message interface{} = &ready
	if len(os.Args) > 3 {
		message = objectsOf(ready)
	}
	listener, err := net.Listen("unix", os.Args[1])
	check(err)
	encoding.RegisterCodec(codec{})
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ interface{}, stream grpc.ServerStream) error {
		for {
			if err := stream.SendMsg(message); err != nil {
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
