// SPDX-License-Identifier: MIT
//
// One run in a Node process of its own. One that takes too long did not finish; what it had measured by then counts.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** ms. Memory is measured beside others, and reads every row. */
const patience = { time: 60_000, memory: 180_000 };
const running = new Set();

/** The figures, by name. `what` is time or memory. */
export async function runInNode({ module, size, what, budget }) {
  const figures = {};
  const args = ['--expose-gc', '--max-old-space-size=8000', 'worker.mjs', module, size, what, budget].map(String);
  const child = spawn(process.execPath, args, {
    cwd: new URL('.', import.meta.url),
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr.on('data', (data) => (said = (said + data).slice(0, 400)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, name, value] = /^\["(\w+)",(.*)\]$/.exec(line) ?? [];
    if (name) figures[name] = JSON.parse(value);
  });
  let late = false;
  const timer = setTimeout(() => (late = child.kill('SIGKILL')), patience[what]);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  running.delete(child);
  const { done, ...measured } = figures;
  if (!done) measured[`unfinished_${what}`] = late ? `more than ${patience[what] / 1000} s` : `exit ${code}: ${said}`;
  return measured;
}

export function endRuns() {
  for (const child of running) child.kill('SIGKILL');
}
