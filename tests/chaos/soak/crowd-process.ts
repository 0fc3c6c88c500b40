// SPDX-License-Identifier: MIT
//
// A crowd, started by run.ts: many sockets that follow, a few that write at a steady rate. Some of them stop reading
// for a while, and now and then a third of all goes and comes back at once.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../workspace';
import { monotonic } from '../clock';
import { Member, type Counts } from './member';
import type { Report, Setting } from './talk';

const kWriters = 4;
const kMeasuring = 8;
const kSlowPart = 0.1;
const kText = 'x'.repeat(4_000);
const [kSlowFor, kReadsFor, kStorm] = [75_000, 15_000, 20_000]; // ms

const setting = JSON.parse(process.argv[2]!) as Setting;
const counts: Counts = { resumes: 0, dropped: 0, cut: 0, gaps: 0, frames: 0 };
const report: Report = { ...counts, live: 0, sent: 0, confirmed: 0, rejected: 0, latencies: [] };

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {}); // whoever started us decides

/** A text says when it was written. */
function measure(frame: string): void {
  const now = monotonic();
  for (const [, at] of frame.matchAll(/"text": ?"at ([\d.]+) /g)) report.latencies.push(now - Number(at));
}

class Writer extends Member {
  constructor() {
    super(setting, counts, undefined, (status) => (report[status] += 1));
  }

  write(): void {
    if (!this.isLive) return;
    const id = seeded.notes[report.sent++ % seeded.notes.length]!;
    const data = { text: `at ${monotonic()} ${kText}`, by: 'soak' };
    const operations = [{ op: 'update', model: 'notes', id, data }];
    this.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  }
}

async function every(ms: number, happen: (turn: number) => unknown): Promise<never> {
  for (let turn = 0; ; turn++) {
    await pause(ms);
    await happen(turn);
  }
}

/** All of them come back at once the first time, and from then on one by one. */
async function doze(member: Member, apart: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    member.stopReading();
    await pause(kSlowFor);
    member.readAgain();
    await pause(kReadsFor + (turn === 0 ? apart : 0));
  }
}

const writers = Array.from({ length: kWriters }, () => new Writer());
const measuring = Array.from({ length: kMeasuring }, () => new Member(setting, counts, measure));
const others = Array.from({ length: setting.sockets - kWriters - kMeasuring }, () => new Member(setting, counts));
const all = [...writers, ...measuring, ...others];
while (!all.every(({ isLive }) => isLive)) await pause(50);

const slow = others.slice(0, Math.ceil(setting.sockets * kSlowPart));
const crowd = others.slice(slow.length);
void every(1_000 / setting.rate, (turn) => writers[turn % kWriters]!.write());
for (const [i, member] of slow.entries()) void doze(member, (i / slow.length) * kSlowFor);
void every(kStorm, () => {
  for (const [i, member] of crowd.entries()) if (i % 3 === 0) member.leave();
});
void every(1_000, () => {
  process.send!({ ...report, ...counts, live: all.filter(({ isLive }) => isLive).length } satisfies Report);
  report.latencies = [];
});
