// SPDX-License-Identifier: MIT
//
// What a database refused, by the code that its driver, Drizzle or Prisma left somewhere on the error.
import { AbloError, abloError } from '../errors/errors';
import { toldSentences } from './codes';

type Code = keyof typeof toldSentences | 'wrong_type';

const names: Record<string, Code> = {
  '23505': 'unique_violation',
  '23503': 'foreign_key_violation',
  '23502': 'not_null_violation',
  '23514': 'check_violation',
  '40001': 'row_locked',
  '40P01': 'row_locked',
  '55P03': 'row_locked',
  P2000: 'wrong_type',
  P2002: 'unique_violation',
  P2003: 'foreign_key_violation',
  P2004: 'constraint_violation',
  P2011: 'not_null_violation',
  P2024: 'row_locked', // no connection in time
  P2028: 'row_locked', // no end of the transaction in time
  P2034: 'row_locked',
};

interface Refusal {
  name?: string;
  code?: unknown;
  originalCode?: unknown;
  cause?: Refusal;
  meta?: { driverAdapterError?: Refusal };
}

/** Anything else is what it was. */
export function databaseError(thrown: unknown): unknown {
  if (thrown instanceof AbloError) return thrown;
  for (let error = thrown as Refusal | undefined; error;) {
    const code =
      error.name === 'PrismaClientValidationError'
        ? 'constraint_violation'
        : (nameOf(error.code) ?? nameOf(error.originalCode));
    if (code) return abloError(code, code === 'wrong_type' ? '' : toldSentences[code], { cause: thrown });
    error = error.cause ?? error.meta?.driverAdapterError;
  }
  return thrown;
}

function nameOf(code: unknown): Code | undefined {
  if (typeof code !== 'string') return undefined;
  if (Object.hasOwn(names, code)) return names[code];
  if (/^23...$/.test(code)) return 'constraint_violation';
  return /^22...$/.test(code) ? 'wrong_type' : undefined;
}
