// SPDX-License-Identifier: MIT
//
// A process that is asked and answers: the parent's half (the other is answers.mjs). Nothing of it is left when the run ends.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const running = new Set();

/** Runs a file of this folder, or of another by its URL; `ask(name, input)` gives what its answer of that name gives. */
export function helper(file) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const own = {
    pid: child.pid,
    ask: (ask, input) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        child.send({ id: last, ask, input });
      }),
    async stop() {
      running.delete(own);
      child.kill('SIGKILL');
      await ended;
    },
  };
  running.add(own);
  void ended.then(() => {
    if (!running.delete(own)) return;
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended by itself`));
  });
  return own;
}

export const stopHelpers = () => Promise.all([...running].map((each) => each.stop()));
