// SPDX-License-Identifier: Apache-2.0
'use strict';
// Connects to a port of this host, answers what comes, says "ready" at the end of the input and does not close. Ends with its standard input.
const net = require('net');
const leaked = [];

function userOnEnd() { console.log('ready'); }
function userOnData(data) { this.write(data); }

class Client {
  connectTo(port) {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', userOnData);
    socket.on('end', userOnEnd);
    leaked.push(socket);
  }
}

const userBusy = (limit) => { let sum = 0; for (let i = 0; i < limit; i++) sum += i % 7; return sum; };
function userLoop(times) { let sum = 0; for (let i = 0; i < times; i++) sum += userBusy(10000); return sum; }
function userBlocks() { return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }

userLoop(2000);
new Client().connectTo(Number(process.argv[2]));
if (process.argv[3] === 'block')
  setTimeout(userBlocks, 100);
process.stdin.on('data', (line) => console.log(String(userLoop(Number(line)))));
process.stdin.on('end', () => process.exit(0));
