// SPDX-License-Identifier: MIT
//
// A socket that speaks the wire by hand (docs/internals/wire.md) and waits for nothing it is not asked to: commits go out
// while earlier ones have no receipt.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

export class Line {
  /** Called with a receipt's frame. */
  onReceipt = () => {};
  /** Called with a `changes` frame's text. */
  onChanges = () => {};
  /** Called with the frame that answers a question. */
  onAnswer = () => {};
  #started;

  /** `agent`: the agent that the key's holder acts as. */
  static async open({ url, hash }, key, bootstrap = 'none', agent) {
    const line = new Line();
    line.ws = new WebSocket(`${url.replace('http', 'ws')}/api/sync/ws`, ['ablo.v1', `ablo.token.${key}`]);
    const loaded = new Promise((resolve, reject) => {
      line.#started = resolve;
      line.ws.on('error', reject);
      line.ws.on('close', (code, reason) => reject(new Error(`closed: ${code} ${reason}`)));
    });
    loaded.catch(() => {});
    line.ws.on('message', (data, isBinary) => line.#receive(data, isBinary));
    await new Promise((resolve, reject) => line.ws.once('open', resolve).once('error', reject));
    line.send({ type: 'hello', schema: hash, session: randomUUID(), bootstrap, agent });
    await loaded;
    return line;
  }

  #receive(data, isBinary) {
    if (isBinary) return;
    const text = data.toString();
    if (text.startsWith('{"type":"changes"')) return this.onChanges(text);
    const frame = JSON.parse(text);
    if (frame.type === 'receipt') this.onReceipt(frame);
    else if (frame.type === 'answer') this.onAnswer(frame);
    else if (frame.type === 'loaded') this.#started(frame);
    else if (frame.type === 'error') throw new Error(text);
  }

  send(frame) {
    this.ws.send(JSON.stringify(frame));
  }

  update(id, data) {
    this.commit({ op: 'update', model: 'tasks', id, data });
  }

  create(id, data) {
    this.commit({ op: 'create', model: 'tasks', id, data });
  }

  /** `rest`: what else the commit says of itself. */
  commit(operation, rest) {
    this.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations: [operation], ...rest });
  }

  close() {
    this.ws.terminate();
  }
}
