# SPDX-License-Identifier: Apache-2.0
"""silent.py PORT: a third party that accepts, listens, and never answers. It closes when its client has."""
import asyncio
import sys


async def listen(reader, writer):
    try:
        await reader.read()
    except ConnectionError:
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(listen, "127.0.0.1", int(sys.argv[1]), backlog=512)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
