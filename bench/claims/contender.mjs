// SPDX-License-Identifier: MIT
//
// An agent on a socket of its own that asks for rows again and again, and does not always behave: it may stop in the middle
// past its time and write all the same, go away while it waits, or give up its place. It renews by hand, so that it
// can be as dead as it likes.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Line } from '../server/line.mjs';

/** How a turn goes, and how often among a hundred. */
const kTurns = { brisk: 74, working: 4, paused: 12, absent: 4, leaving: 6 };

const pick = (values) => values[Math.floor(Math.random() * values.length)];
const turns = Object.entries(kTurns).flatMap(([turn, times]) => Array(times).fill(turn));

export class Contender {
  counts = { granted: 0, late: 0, lateRefused: 0, refused: {} };
  #claim;
  #settle = () => {};
  #end = () => {};
  #ended;

  static async open(server, agent) {
    const contender = new Contender();
    const line = await Line.open(server, server.keys[0], 'none', agent);
    line.onChanges = (text) => contender.#claim && text.includes(contender.#claim) && contender.#read(JSON.parse(text));
    line.onAnswer = ({ claim, error }) => {
      if (error) contender.#settle(undefined);
      else if (claim) contender.#see(claim);
    };
    return Object.assign(contender, { line });
  }

  #read({ changes }) {
    for (const { claim } of changes) if (claim) this.#see(claim);
  }

  #see({ id, status, fence }) {
    if (id !== this.#claim || status === 'queued') return;
    this.#settle(status === 'active' ? fence : undefined);
    if (status !== 'active') this.#end();
  }

  /** Its fence when it is granted; undefined when it ended before. */
  #ask(ask) {
    this.#claim = ask.claim;
    const settled = new Promise((resolve) => (this.#settle = resolve));
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    this.line.send({ type: 'claim', request: 1, model: 'tasks', action: 'working', wait: true, ...ask });
    return settled;
  }

  async #write(id, data, claim, fence) {
    const receipt = new Promise((resolve) => (this.line.onReceipt = resolve));
    this.line.commit({ op: 'update', model: 'tasks', id, data }, fence && { claims: [{ id: claim, fence }] });
    const { status, error } = await receipt;
    if (status === 'confirmed') return undefined;
    this.counts.refused[error.code] = (this.counts.refused[error.code] ?? 0) + 1;
    return error.code;
  }

  async turn(id) {
    const turn = pick(turns);
    const claim = randomUUID();
    const ttl = 100 + Math.floor(Math.random() * 200);
    const fields = pick([undefined, undefined, undefined, ['title'], ['notes'], ['title', 'notes']]);
    const field = fields ? pick(fields) : 'title';
    const renewing = setInterval(() => this.line.send({ type: 'renew', claims: [claim] }), ttl / 3);
    try {
      if (turn === 'absent') clearInterval(renewing);
      const leaving = turn === 'leaving' && setTimeout(() => this.line.send({ type: 'release', request: 2, claim }), Math.random() * 60);
      const fence = await this.#ask({ claim, id, ttl, fields });
      clearTimeout(leaving);
      if (fence === undefined) return;
      this.counts.granted++;
      if (turn === 'working') await pause(ttl * 1.5);
      if (turn === 'paused') {
        clearInterval(renewing);
        await (Math.random() < 0.5 ? this.#ended : pause(ttl + 20 + Math.random() * 100)); // a heartbeat may be on its way
        this.counts.late++;
      }
      const refused = await this.#write(id, { [field]: `under ${claim}` }, claim, fence);
      if (turn === 'paused' && refused === 'claim_lost') this.counts.lateRefused++;
      if (turn === 'paused' && Math.random() < 0.5) return; // and never says so
      this.line.send({ type: 'release', request: 2, claim });
    } finally {
      clearInterval(renewing);
    }
  }

  /** A write by somebody who asked for nothing. */
  intrude(id) {
    return this.#write(id, { [pick(['title', 'notes'])]: `free ${randomUUID()}` });
  }

  close() {
    this.line.close();
  }
}
