// SPDX-License-Identifier: MIT
//
// What Postgres and the way to it throw, by the names people know. What has no name stays what it is, and becomes
// `internal_error` further out: its text may quote rows, so it belongs in the log.
import type { ErrorCode } from '../errors/codes';
import { NamedError } from '../errors/named-error';

/** The SQLSTATE our own functions raise, with a code of the list as their hint. */
const kNamed = 'ABLO0';

const kNames: Record<string, ErrorCode> = {
  '23502': 'not_null_violation',
  '23503': 'foreign_key_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '40P01': 'row_locked',
  '55P03': 'row_locked',
};

/** Functions that a schema brings with it (wasm/core/src/schema: ddl_dispatch.cpp, ddl_policy.cpp). */
const kOfSchema = /function ablo\.(lock_rows|write_row|image_row|rows|may_overwrite)\(/;

const kUnreachable =
  /^(08...|57P0[1-5]|53300|ECONN.*|E(HOST|NET)UNREACH|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENOENT|EACCES)$/;
const kBroken = /connection terminated|timeout exceeded when trying to connect|query read timeout/i;
const kLogin = /^(28...|3D000)$/;

/** `place` is where the database is, without user or password: `127.0.0.1:5432`. */
export function namedFailure(thrown: unknown, place: string): unknown {
  if (thrown instanceof NamedError) return thrown;
  const { code = '', message = '', hint } = thrown as { code?: string; message?: string; hint?: string };
  const named = (name: ErrorCode, what?: string) => new NamedError(name, what, { cause: thrown });
  if (code === kNamed) return named(hint as ErrorCode, message);
  if (kUnreachable.test(code) || kBroken.test(message)) {
    const next = 'Check that Postgres runs and that DATABASE_URL is right.';
    return named('database_unreachable', `Nothing answers at ${place}. ${next}`);
  }
  if (kLogin.test(code)) {
    return named('database_unreachable', `Postgres at ${place} refused the login (${message}). Check DATABASE_URL.`);
  }
  if (code === '42501') return named('permission_denied', `Postgres does not allow it to this role: ${message}.`);
  if (code === '42883' && kOfSchema.test(message)) return named('schema_not_pushed');
  return Object.hasOwn(kNames, code) ? named(kNames[code]!) : thrown;
}
