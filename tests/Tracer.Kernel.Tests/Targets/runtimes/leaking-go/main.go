// SPDX-License-Identifier: Apache-2.0

// leaking PORT: see LeakingProgram.cs. Each socket is used by a goroutine of its own.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
)

var kept []net.Conn

//go:noinline
func userOpen(port string) net.Conn {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port) // opens
	if err != nil {
		panic(err)
	}
	return conn
}

//go:noinline
func userSend(conn net.Conn) {
	conn.Write([]byte("x")) // sends
}

// Small enough to be inlined.
func readSome(conn net.Conn, buffer []byte) error {
	_, err := conn.Read(buffer) // receives
	return err
}

//go:noinline
func userRead(conn net.Conn) {
	buffer := make([]byte, 4096)
	for readSome(conn, buffer) != io.EOF { // reads
	}
}

//go:noinline
func userClose(conn net.Conn) {
	conn.Close() // closes
}

//go:noinline
func handle(port string) {
	conn := userOpen(port)
	kept = append(kept, conn)
	userSend(conn)
	userRead(conn)
}

func serve(port string) {
	done := make(chan bool)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer := "closed"
		if lines.Text() == "leak" {
			answer = "ready"
			go func() {
				handle(port)
				done <- true
			}()
			<-done
		} else {
			for _, conn := range kept {
				userClose(conn)
			}
			kept = nil
		}
		fmt.Println(answer)
	}
}

func main() {
	serve(os.Args[1])
}
