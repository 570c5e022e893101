# SPDX-License-Identifier: Apache-2.0
"""tickets.py PORT THIRD_PARTY blocking|async: a Tornado service that asks a third party about each ticket."""
import asyncio
import sys
import urllib.request

import tornado.httpclient
import tornado.httpserver
import tornado.netutil
import tornado.web

THIRD_PARTY = sys.argv[2]


def query_third_party(ticket):
    with urllib.request.urlopen(f"http://{THIRD_PARTY}/score/{ticket}") as answer:  # blocks
        return answer.read()


async def await_third_party(ticket):
    client = tornado.httpclient.AsyncHTTPClient(max_clients=256)
    answer = await client.fetch(f"http://{THIRD_PARTY}/score/{ticket}", request_timeout=1)
    return answer.body


class BlockingHandler(tornado.web.RequestHandler):
    def get(self, ticket):
        self.finish(query_third_party(ticket))


class AsyncHandler(tornado.web.RequestHandler):
    async def get(self, ticket):
        try:
            await self.finish(await await_third_party(ticket))
        except (tornado.httpclient.HTTPError, OSError):
            self.set_status(502)


class NewsHandler(tornado.web.RequestHandler):
    """A long poll: there is no news."""

    async def get(self):
        self.gone = asyncio.Event()
        await self.gone.wait()

    def on_connection_close(self):
        self.gone.set()


async def main():
    handler = AsyncHandler if sys.argv[3] == "async" else BlockingHandler
    server = tornado.httpserver.HTTPServer(tornado.web.Application([(r"/tickets/(\d+)", handler), ("/news", NewsHandler)]))
    server.add_sockets(tornado.netutil.bind_sockets(int(sys.argv[1]), "127.0.0.1", backlog=128))
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
