// SPDX-License-Identifier: MIT
//
// What a command says. For people: lines on stdout, coloured when that is wanted (NO_COLOR, no terminal: it is not).
// With --json, or ABLO_JSON=1: one JSON value a line on stdout, and nothing for people.
import pc from 'picocolors';
import { NamedError, redact } from '../../server/src/index';

export const paint = pc;

export function wantsJson(args: readonly string[] = process.argv): boolean {
  return args.includes('--json') || process.env['ABLO_JSON'] === '1';
}

/** The lines for people, or the value for programs. */
export function say(lines: string | string[], value?: object): void {
  if (!wantsJson()) process.stdout.write(`${[lines].flat().join('\n')}\n`);
  else if (value) process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A failure has a code, a sentence and the next step. Its stack is shown only when nobody named it. */
export function sayFailure(thrown: unknown): void {
  const error = NamedError.from(thrown);
  const message = redact(error.code === 'internal_error' ? unnamed(thrown) : error.message);
  const envelope = { type: `Ablo${error.kind}Error`, code: error.code, message };
  if (wantsJson()) process.stdout.write(`${JSON.stringify(envelope)}\n`);
  else process.stderr.write(`${paint.red('✗')} ${paint.bold(error.code)}\n  ${message}\n`);
}

function unnamed(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
