# SPDX-License-Identifier: Apache-2.0
"""
players.py PORT: players of the game on 127.0.0.1:PORT. It answers each line of its input with one line, and ends with its input.
  join N      N players connect and get an answer   -> the ports they have
  quit P...   these send their FIN and stay         -> ok
  vanish P... these close, and their kernel forgets them after a second: a probe of the server is then answered with a reset -> ok
  reset P...  these send a reset                    -> ok
"""
import socket
import struct
import sys

players = {}


def join(number):
    joined = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(number))]
    for player in joined:
        player.sendall(b"hello")
        player.recv(16)
        players[player.getsockname()[1]] = player
    return " ".join(str(player.getsockname()[1]) for player in joined)


def quit(*ports):
    for port in ports:
        players[int(port)].shutdown(socket.SHUT_WR)
    return "ok"


def vanish(*ports):
    for port in ports:
        player = players.pop(int(port))
        player.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, 1)
        player.close()
    return "ok"


def reset(*ports):
    for port in ports:
        player = players.pop(int(port))
        player.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        player.close()
    return "ok"


COMMANDS = {command.__name__: command for command in (join, quit, vanish, reset)}

for line in sys.stdin:
    name, *arguments = line.split()
    print(COMMANDS[name](*arguments), flush=True)
