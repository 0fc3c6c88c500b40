// SPDX-License-Identifier: MIT
//
// The floor: a `ws` server as anybody would write it, one send() for each message and socket. `echo` says back what it is
// told.
import { WebSocketServer, WebSocket } from 'ws';
import { answer } from './answers.mjs';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (ws) => ws.on('message', (data) => ws.send(data.toString())));

answer({
  async start() {
    if (!server.address()) await new Promise((resolve) => server.once('listening', resolve));
    return { url: `http://127.0.0.1:${server.address().port}` };
  },
  /** So many messages to each. */
  broadcast({ messages, text }) {
    for (let n = 0; n < messages; n++)
      for (const ws of server.clients) if (ws.readyState === WebSocket.OPEN) ws.send(text);
  },
  cpu: () => process.cpuUsage(),
});
