// SPDX-License-Identifier: Apache-2.0
'use strict';

// node-client.js SOCKET: a client that knows nothing but the socket. It finds the service by
// reflection and prints what it reads, one JSON object per line, until its input ends.

const grpc = require('@grpc/grpc-js');
const { GrpcReflection } = require('grpc-js-reflection-client');

const service = 'closewait.v1.TracerService';
const target = `unix:${process.argv[2]}`;
const shape = { longs: String, enums: String, defaults: true, oneofs: true };

// Descriptors that come by reflection keep the names of the .proto file; protobuf JSON has camelCase.
const camelCase = (value) => {
  if (Array.isArray(value)) return value.map(camelCase);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), camelCase(member)]),
  );
};

const print = (what, value) => process.stdout.write(`${JSON.stringify({ what, value: camelCase(value) })}\n`);

const fail = (error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1);
};

const follow = (what, stream) => {
  stream.on('data', (message) => print(what, message));
  stream.on('error', fail);
  stream.on('end', () => fail(new Error(`${what} ended`)));
};

async function main() {
  const credentials = grpc.credentials.createInsecure();
  const reflection = new GrpcReflection(target, credentials);
  print('services', await reflection.listServices());
  const descriptor = await reflection.getDescriptorBySymbol(service);
  const { TracerService } = descriptor.getPackageObject(shape).closewait.v1;
  const client = new TracerService(target, credentials);
  client.getStatus({}, (error, status) => (error ? fail(error) : print('status', status)));
  follow('closeWaits', client.watchCloseWaits({ heartbeat_period: { nanos: 200e6 } }));
  follow('transitions', client.watchTransitions({ filter: { states: ['TCP_STATE_CLOSE_WAIT'] } }));
}

process.stdin.on('end', () => process.exit(0)).resume();
main().catch(fail);
