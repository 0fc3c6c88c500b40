// SPDX-License-Identifier: MIT
//
// A soak: one server under a crowd for minutes, and what its memory does meanwhile.
import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { monotonic } from '../clock';
import { percentile } from '../recovery';
import { Stage } from '../stage';
import { floorOf, residentOf, slopeOf, type Sample } from './memory';
import type { Report, Setting } from './talk';

const program = fileURLToPath(new URL('crowd-process.ts', import.meta.url));
const kSaid = 5; // seconds between two lines
const kBack = 5_000; // ms

export interface SoakOptions {
  minutes: number;
  sockets: number;
  rate: number;
}

export type Soaked = Awaited<ReturnType<typeof soak>>;

export async function soak({ minutes, sockets, rate }: SoakOptions, say: (line: string) => void) {
  const stage = await Stage.open({ servers: 1, direct: true });
  const { server } = stage.targets[0]!;
  const url = `http://127.0.0.1:${server.port}`;
  const setting: Setting = { ...stage.place, url, sockets, rate };
  const crowd = fork(program, [JSON.stringify(setting)], { execArgv: ['--import', 'tsx'] });
  const end = () => void crowd.kill('SIGKILL');
  process.once('exit', end);
  let ended = false;
  crowd.once('exit', () => (ended = true));

  const samples: Sample[] = [];
  const latencies: number[] = [];
  const answers: number[] = [];
  let said = 0; // of the latencies so many were said
  let last: Report | undefined;
  crowd.on('message', (report: Report) => {
    last = report;
    for (const latency of report.latencies) latencies.push(latency);
  });
  try {
    while (!last) {
      if (ended) throw new Error('The crowd ended by itself.');
      await pause(50);
    }
    const began = monotonic();
    for (let t = 0; t < minutes * 60 && !ended && server.crashes === 0; t = (monotonic() - began) / 1_000) {
      const mib = residentOf(server.pid!);
      if (mib !== undefined) samples.push({ t, mib });
      if (samples.length % kSaid === 0) {
        const { live, confirmed, resumes, dropped } = last;
        const p99 = percentile(latencies.slice(said), 99);
        said = latencies.length;
        const answer = percentile(answers.slice(-kSaid), 100);
        const of = `${live} sockets, ${resumes} resumes, ${dropped} dropped`;
        const took = `${confirmed} writes (p99 ${p99} ms), answers in ${answer} ms`;
        say(`  ${String(Math.round(t)).padStart(4)} s  ${mib?.toFixed(1)} MiB, ${of}, ${took}`);
      }
      answers.push(await answerTime(url));
      await pause(Math.max(0, began + samples.length * 1_000 - monotonic()));
    }
    const deadline = monotonic() + kBack; // some may just have been told to go and come back
    while (last.live < sockets && !ended && monotonic() < deadline) await pause(100);
    if (ended) throw new Error('The crowd ended by itself.');
    const { latencies: _, ...counts } = last;
    const mibs = samples.map(({ mib }) => mib);
    return {
      ...counts,
      minutes: Number(((monotonic() - began) / 60_000).toFixed(1)),
      sockets,
      measured: latencies.length,
      crashes: server.crashes,
      firstMiB: Math.round(mibs[0]!),
      mostMiB: Math.round(Math.max(...mibs)),
      lastMiB: Math.round(mibs.at(-1)!),
      slopeMiBPerMinute: Number(slopeOf(floorOf(samples)).toFixed(2)),
      slopeOfAllMiBPerMinute: Number(slopeOf(samples).toFixed(2)),
      appliedP50Ms: percentile(latencies, 50),
      appliedP99Ms: percentile(latencies, 99),
      answersP99Ms: percentile(answers, 99),
      answersMostMs: percentile(answers, 100),
    };
  } finally {
    process.removeListener('exit', end);
    end();
    await stage.close();
  }
}

/** How long the server takes to say that it is well: what nobody in the crowd can slow down but the server itself. */
async function answerTime(url: string): Promise<number> {
  const asked = monotonic();
  await (await fetch(`${url}/healthz`)).text();
  return monotonic() - asked;
}
