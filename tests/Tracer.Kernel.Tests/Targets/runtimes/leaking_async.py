# SPDX-License-Identifier: Apache-2.0
"""leaking_async.py PORT: see LeakingProgram.cs; on one event loop."""
import asyncio
import sys

kept = []


async def user_open(port):
    return await asyncio.open_connection("127.0.0.1", port)


async def user_send(writer):
    writer.write(b"x")
    await writer.drain()


async def user_read(reader):
    while await reader.read(4096):
        pass


async def user_close(writer):
    writer.write_eof()
    writer.close()


async def handle(port):
    reader, writer = await user_open(port)
    kept.append(writer)
    await user_send(writer)
    await user_read(reader)


async def serve(port):
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        if line.strip() == b"leak":
            await handle(port)
            print("ready", flush=True)
        else:
            while kept:
                await user_close(kept.pop())
            print("closed", flush=True)


asyncio.run(serve(int(sys.argv[1])))
