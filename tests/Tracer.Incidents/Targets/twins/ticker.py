# SPDX-License-Identifier: Apache-2.0
"""ticker.py PORT: sends each client a line every 200 ms, whether or not the client has ended its own side, until it is gone."""
import asyncio
import sys


async def tick(reader, writer):
    try:
        while True:
            writer.write(b"tick\n")
            await writer.drain()
            await asyncio.sleep(0.2)
    except ConnectionError:
        writer.close()


async def main():
    server = await asyncio.start_server(tick, "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
