# SPDX-License-Identifier: Apache-2.0
"""
frames.py PORT NAME,NAME: threads that come to a blocking read by calls of many kinds; the main thread does it too. Prints a line "NAME IDENT" per
thread, IDENT as threading.get_ident() has it, and ends when the peer closes.
"""
import asyncio
import os
import socket
import sys
import threading


class Client:
    def __init__(self, port):
        self.port = port

    def fetch(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            announce()
            connection.recv(1)

    @staticmethod
    def run(port):
        Client(port).fetch()


class Eager:
    def __init__(self, port):
        # From 3.13 on the interpreter puts a frame of its own below a class's __init__.
        Client.run(port)


def announce():
    # One write: the lines of threads must not mix.
    os.write(1, f"{threading.current_thread().name} {threading.get_ident()}\n".encode())


def plain(port):
    Client.run(port)


def generator(port):
    yield 1
    Client.run(port)


def through_generator(port):
    for _ in generator(port):
        pass


def closure(port):
    def inner(value):
        Client.run(value)
    return inner


def through_closure(port):
    closure(port)(port)


def through_c(port):
    # sorted() and the key function have C between two Python frames.
    sorted([port], key=lambda value: Client.run(value) or 0)


def through_init(port):
    Eager(port)


async def coroutine(port):
    Client.run(port)


async def outer_coroutine(port):
    await coroutine(port)


def through_coroutine(port):
    asyncio.run(outer_coroutine(port))


def größe(port):
    Client.run(port)


def 大小(port):
    Client.run(port)


def 𠀀(port):
    Client.run(port)


def far_away(port):
    value = port
    # Long code before the call, so that line tables need more than one byte.
    value = [value + i for i in range(3)][0] + sum(i * i for i in range(4)) - 14 if value else 0



















































































































































    value = (value,
             value)[0]
    Client.run(  # far away
        value)


def start(name, port):
    threading.Thread(target=globals()[name], args=(port,), name=name).start()


if __name__ == "__main__":
    for one in sys.argv[2].split(","):
        start(one, int(sys.argv[1]))
    plain(int(sys.argv[1]))
