// SPDX-License-Identifier: Apache-2.0
'use strict';
// leaking.js PORT: see LeakingProgram.cs.
const net = require('net');
const readline = require('readline');
const kept = [];

function userOpen(port) { return net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }); }
function userSend(socket) { socket.write('x'); }
function userData() {}
function userClose(socket) { socket.destroy(); }
function userEnd() { console.log('ready'); }

function handle(port) {
  const socket = userOpen(port);
  kept.push(socket);
  socket.on('connect', () => userSend(socket));
  socket.on('data', userData);
  socket.on('end', userEnd);
}

function serve(line) {
  if (line === 'leak') {
    handle(Number(process.argv[2]));
    return;
  }
  while (kept.length > 0)
    userClose(kept.pop());
  // The descriptor itself is closed at the end of this turn of the loop.
  setImmediate(() => console.log('closed'));
}

readline.createInterface({ input: process.stdin }).on('line', serve);
