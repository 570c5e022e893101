# SPDX-License-Identifier: Apache-2.0
"""blocked.py PORT: a handler makes a blocking request to 127.0.0.1:PORT in a thread, and gets no answer; the main thread waits for it."""
import sys
import threading
import urllib.request


def query_third_party(port):
    return urllib.request.urlopen("http://127.0.0.1:%s/" % port).read()  # waits


def handle(port):
    return query_third_party(port)  # handles


def serve(port):
    handler = threading.Thread(target=handle, args=(port,), name="handler")
    handler.start()
    print("connected", flush=True)
    handler.join()  # joins


serve(sys.argv[1])
