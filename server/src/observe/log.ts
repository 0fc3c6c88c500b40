// SPDX-License-Identifier: MIT
//
// The log: JSON lines on stderr (stdout belongs to the command), every line redacted before it is written. On a
// terminal the same lines are written for people.
import { pino, type Logger } from 'pino';
import { redact } from './redact';
import { visible } from './visible';

export type { Logger };

export interface LogOptions {
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** One short line for people in place of JSON. */
  readable?: boolean;
}

export function createLogger({ level = 'info', readable = false }: LogOptions = {}): Logger {
  const write = (line: string) => void process.stderr.write(line);
  const options = { level, base: undefined, hooks: { streamWrite: redact }, serializers: { err: describe } };
  return pino(options, { write: readable ? (line: string) => write(sentence(line)) : write });
}

/** What an error says of itself. What a driver hangs on it (Postgres's `detail` quotes rows) stays out. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  return { type: name, code: (error as { code?: string }).code, message, stack, cause: cause && describe(cause) };
}

const levels: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'fatal' };

function sentence(line: string): string {
  const { level, time, msg = '', err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const details = Object.entries(rest).map(([key, value]) => ` ${key}=${text(value)}`);
  const stack = err ? ((err as { stack?: string }).stack ?? JSON.stringify(err)).split('\n') : [];
  const first = `${clock} ${levels[Number(level)] ?? ''} ${String(msg)}${details.join('')}`;
  return [first, ...stack.map((each) => `  ${each}`)].map((each) => `${visible(each)}\n`).join('');
}
