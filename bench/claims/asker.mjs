// SPDX-License-Identifier: MIT
//
// An agent on a socket that claims, gives back and notes when it was told.
import { randomUUID } from 'node:crypto';
import { Line } from '../server/line.mjs';

const [kClaim, kRelease] = [1, 2];

export class Asker {
  #claim;
  #granted = () => {};
  #queued = () => {};
  #released = () => {};

  static async open(server, agent) {
    const asker = new Asker();
    const line = await Line.open(server, server.keys[0], 'none', agent);
    line.onChanges = (text) => {
      if (!asker.#claim || !text.includes(asker.#claim)) return;
      for (const { claim } of JSON.parse(text).changes) asker.#see(claim);
    };
    line.onAnswer = ({ request, claim, error }) => {
      if (error) throw new Error(`a claim was refused: ${JSON.stringify(error)}`);
      if (request === kRelease) asker.#released();
      else asker.#see(claim);
    };
    return Object.assign(asker, { line });
  }

  #see(claim) {
    if (claim?.id !== this.#claim) return;
    if (claim.status === 'active') this.#granted(performance.now());
    else if (claim.status === 'queued') this.#queued();
  }

  /** `granted`: when it holds the row; `queued`: when it stands in line. */
  claim(id, ttl = 60_000) {
    this.#claim = randomUUID();
    const granted = new Promise((resolve) => (this.#granted = resolve));
    const queued = new Promise((resolve) => (this.#queued = resolve));
    this.line.send({ type: 'claim', request: kClaim, model: 'tasks', action: 'working', wait: true, claim: this.#claim, id, ttl });
    return { claim: this.#claim, granted, queued };
  }

  release(claim) {
    const released = new Promise((resolve) => (this.#released = resolve));
    this.line.send({ type: 'release', request: kRelease, claim });
    return released;
  }

  renew(claims) {
    this.line.send({ type: 'renew', claims });
  }

  close() {
    this.line.close();
  }
}
