// SPDX-License-Identifier: MIT
//
// The example's agent as a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Address } from '../../examples/task-board/address';

const script = fileURLToPath(new URL('../../examples/task-board/agent.ts', import.meta.url));

export interface AgentProcess {
  /** Presses Enter: it writes what it has and releases the row. */
  finish(): void;
  /** SIGKILL: it has no chance to release anything. */
  kill(): void;
  exited: Promise<number | null>;
}

export function runAgent({ url, apiKey }: Address, args: string[]): AgentProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, ABLO_URL: url, ABLO_API_KEY: apiKey },
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  const exited = once(child, 'exit').then(([code]) => {
    process.off('exit', killed);
    return code as number | null;
  });
  return { finish: () => child.stdin.write('\n'), kill: killed, exited };
}
