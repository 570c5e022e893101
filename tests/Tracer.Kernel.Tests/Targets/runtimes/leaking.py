# SPDX-License-Identifier: Apache-2.0
"""leaking.py PORT: see LeakingProgram.cs."""
import socket
import sys

kept = []


def user_open(port):
    return socket.create_connection(("127.0.0.1", port))


def user_send(connection):
    connection.send(b"x")


def user_read(connection):
    while connection.recv(4096):
        pass


def user_close(connection):
    connection.close()


def handle(port):
    connection = user_open(port)
    kept.append(connection)
    user_send(connection)
    user_read(connection)


def serve(port):
    for line in sys.stdin:
        if line.strip() == "leak":
            handle(port)
            print("ready", flush=True)
        else:
            while kept:
                user_close(kept.pop())
            print("closed", flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
