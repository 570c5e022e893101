# SPDX-License-Identifier: Apache-2.0
"""python-client.py SOCKET DESCRIPTORS: a client of another gRPC stack (C core).

It learns the API from a compiled FileDescriptorSet and prints what it reads,
one JSON object per line, until its input ends.
"""

import json
import os
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SERVICE = "closewait.v1.TracerService"
PRINT_LOCK = threading.Lock()


def load(path):
    """The service's descriptor and a function that gives the class of a message."""
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as stream:
        files.ParseFromString(stream.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    if hasattr(message_factory, "GetMessageClass"):
        class_of = message_factory.GetMessageClass
    else:
        class_of = message_factory.MessageFactory(pool).GetPrototype
    return pool.FindServiceByName(SERVICE), class_of


def show(what, message):
    value = json_format.MessageToDict(message, including_default_value_fields=True)
    with PRINT_LOCK:
        print(json.dumps({"what": what, "value": value}), flush=True)


def follow(what, call):
    try:
        for message in call:
            show(what, message)
        raise RuntimeError(what + " ended")
    except Exception as error:  # a thread's end must be the program's
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)


def main():
    service, class_of = load(sys.argv[2])
    channel = grpc.insecure_channel("unix:" + sys.argv[1])

    def prepare(name, kind):
        method = service.FindMethodByName(name)
        call = kind(
            "/" + SERVICE + "/" + name,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=class_of(method.output_type).FromString,
        )
        return call, class_of(method.input_type)

    get_status, status_request = prepare("GetStatus", channel.unary_unary)
    show("status", get_status(status_request(), timeout=10))
    watch, request = prepare("WatchCloseWaits", channel.unary_stream)
    close_waits = request()
    close_waits.heartbeat_period.nanos = 200_000_000
    threading.Thread(target=follow, args=("closeWaits", watch(close_waits)), daemon=True).start()
    watch, request = prepare("WatchTransitions", channel.unary_stream)
    transitions = request()
    transitions.filter.states.append(8)  # CLOSE_WAIT
    threading.Thread(target=follow, args=("transitions", watch(transitions)), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
