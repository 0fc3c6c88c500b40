// SPDX-License-Identifier: MIT
//
// A run of the harness as people start it, for tests: in a process of its own, by its last line.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Figure {
  holds: boolean;
  values: Record<string, number>;
}

const program = fileURLToPath(new URL('main.ts', import.meta.url));

/** The figure, and whatever was complained about. */
export async function chaos(...args: string[]): Promise<{ figure: Figure; complaints: string }> {
  const running = spawn(process.execPath, ['--import', 'tsx', program, '--quick', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complaints] = await Promise.all([text(running.stdout), text(running.stderr)]);
  const last = said.trim().split('\n').at(-1)!;
  return { figure: JSON.parse(last || '{"holds":false,"values":{}}') as Figure, complaints };
}
