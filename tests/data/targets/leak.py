# SPDX-License-Identifier: Apache-2.0
"""leak.py PORT: connects, reads until the peer closes, keeps the socket. Prints "ready" then, and ends with its input."""
import socket
import sys

kept = []


def user_read(connection):
    while connection.recv(4096):
        pass


def handle(port):
    connection = socket.create_connection(("127.0.0.1", port))
    kept.append(connection)
    user_read(connection)


def serve(port):
    handle(port)


serve(int(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
