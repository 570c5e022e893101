# SPDX-License-Identifier: Apache-2.0
"""leaking_threads.py PORT thread|fork: leaking.py, but in a thread other than main, or each time in a forked child of its own."""
import multiprocessing
import sys
import threading

import leaking


def in_child(port, orders):
    leaking.handle(port)
    orders.send("ready")
    orders.recv()
    while leaking.kept:
        leaking.user_close(leaking.kept.pop())
    orders.send("closed")


def serve_by_children(port):
    forking = multiprocessing.get_context("fork")
    children = []
    for line in sys.stdin:
        if line.strip() == "leak":
            ours, theirs = forking.Pipe()
            child = forking.Process(target=in_child, args=(port, theirs))
            child.start()
            children.append((child, ours))
            print(ours.recv(), flush=True)
            continue
        while children:
            child, ours = children.pop()
            ours.send("close")
            answer = ours.recv()
            child.join()
        print(answer, flush=True)
    for child, _ in children:
        child.kill()


port = int(sys.argv[1])
if sys.argv[2] == "fork":
    serve_by_children(port)
else:
    thread = threading.Thread(target=leaking.serve, args=(port,))
    thread.start()
    thread.join()
