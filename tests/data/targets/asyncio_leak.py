# SPDX-License-Identifier: Apache-2.0
"""asyncio_leak.py PORT: a coroutine connects, another reads until the peer closes; the socket is kept. Prints "ready" then, and ends with its input."""
import asyncio
import sys

kept = []


async def user_open(port):
    return await asyncio.open_connection("127.0.0.1", port)


async def user_read(reader):
    while await reader.read(4096):
        pass


async def main(port):
    reader, writer = await user_open(port)
    kept.append(writer)
    await user_read(reader)
    print("ready", flush=True)
    # The loop would close the socket at its end; it must not end before the input does.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main(int(sys.argv[1])))
