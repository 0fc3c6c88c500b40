// SPDX-License-Identifier: MIT
//
// One who writes and asks at a rate, whatever comes of it, over some sockets; in a process of its own, so that what it has to
// do itself keeps nobody else waiting.
import { answer } from './answers.mjs';
import { Line } from './line.mjs';
import { atRate } from './rate.mjs';

let lines = [];
let stop = () => {};

answer({
  async start({ server, key, sockets, perSecond }) {
    lines = await Promise.all(Array.from({ length: sockets }, () => Line.open(server, key)));
    stop = atRate(perSecond, (n) => {
      const line = lines[n % sockets];
      const id = `t${1 + (n % 1000)}`;
      line.update(id, { title: `greedy ${n}` });
      line.send({ type: 'query', request: n + 1, model: 'tasks', where: [['id', '=', id]], limit: 1 });
    });
  },
  stop() {
    stop();
    for (const line of lines) line.close();
  },
});
