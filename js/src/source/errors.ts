// SPDX-License-Identifier: MIT
//
// What a Data Source refuses with: AbloErrors, and how they are answered. The body is `{error, message, ...details}`.
// What it did not expect is logged here and hidden there.
import {
  AbloAuthenticationError,
  AbloError,
  AbloNotFoundError,
  AbloPermissionError,
  AbloValidationError,
  abloError,
} from '../errors/errors';
import { sourceErrorCodes, type SourceErrorCode } from './codes';

/** The request is not one that the holder of the secret has just signed. */
export class SourceSignatureError extends AbloAuthenticationError {
  override readonly name: string = 'SourceSignatureError';
}

const classes = {
  Authentication: SourceSignatureError,
  Permission: AbloPermissionError,
  NotFound: AbloNotFoundError,
  Validation: AbloValidationError,
};

export function sourceError(code: SourceErrorCode, what = '', details: Record<string, unknown> = {}): AbloError {
  const { kind, status, sentence } = sourceErrorCodes[code];
  const message = [what, sentence].filter(Boolean).join(' ');
  return new classes[kind](code, { message, httpStatus: status ?? undefined, details });
}

export function refusal(thrown: unknown): Response {
  const known = thrown instanceof AbloError && thrown.httpStatus !== undefined;
  if (!known) console.error('[ablo] A request to the Data Source failed:', thrown);
  const { code, message, details, httpStatus } = known ? thrown : abloError('internal_error');
  const headers = httpStatus === 405 ? { allow: 'POST' } : undefined;
  return Response.json({ error: code, message, ...details }, { status: httpStatus, headers });
}
