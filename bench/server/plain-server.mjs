// SPDX-License-Identifier: MIT
//
// The floor: a `ws` server as anybody would write it, one send() for each message and socket. `echo` says back what it is
// told.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocketServer, WebSocket } from 'ws';
import { answer } from './answers.mjs';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (ws) => ws.on('message', (data) => ws.send(data.toString())));

answer({
  async start() {
    if (!server.address()) await new Promise((resolve) => server.once('listening', resolve));
    return { url: `http://127.0.0.1:${server.address().port}` };
  },
  /** So many ticks, each of so many messages to everybody. */
  async ticks({ ticks, changes, text }) {
    for (let n = 0; n < ticks; n++) {
      for (let message = 0; message < changes; message++)
        for (const ws of server.clients) if (ws.readyState === WebSocket.OPEN) ws.send(text);
      await nextTurn();
    }
  },
  cpu: () => process.cpuUsage(),
});
