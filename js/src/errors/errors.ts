// SPDX-License-Identifier: MIT
//
// AbloError and its family: every rejection of a public method is one of these. The class tells the family, `code` what
// happened (one of codes.ts, or a newer server's), the message what to do about it. Nothing here decides anything: an
// error that comes from the core or the server keeps the code, message and details it was given.
import { toIntent } from '../coordination/intent';
import type { Intent, WireClaim } from '../coordination/types';
import { errorCodes, type ErrorCode, type ErrorKind, type KnownError } from './codes';

export type AnyErrorCode = ErrorCode | (string & {});

export interface AbloErrorOptions {
  message?: string;
  param?: string;
  requestId?: string;
  httpStatus?: number;
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** One row that changed after it was read. */
export interface StaleConflict {
  model: string;
  id: string;
  fields?: string[];
  seq: number;
  actor?: { kind: string; id: string };
}

export class AbloError extends Error {
  declare readonly name: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly param: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(readonly code: AnyErrorCode, options: AbloErrorOptions = {}) {
    super(options.message ?? known(code)?.sentence ?? code, { cause: options.cause });
    this.httpStatus = options.httpStatus ?? known(code)?.status ?? undefined;
    this.requestId = options.requestId;
    this.param = options.param;
    this.details = options.details ?? {};
  }

  /** The class, as text. */
  get type(): string {
    return this.name;
  }

  toJSON(): Record<string, unknown> {
    const { type, code, param, message, requestId: request_id, details } = this;
    return { type, code, param, message, request_id, ...details };
  }
}

export class AbloAuthenticationError extends AbloError {}
export class AbloPermissionError extends AbloError {}
export class AbloRateLimitError extends AbloError {
  get retryAfterSeconds(): number | undefined {
    return this.details['retryAfterSeconds'] as number | undefined;
  }
}
export class AbloIdempotencyError extends AbloError {}
export class AbloConnectionError extends AbloError {}
export class AbloValidationError extends AbloError {}
export class AbloServerError extends AbloError {}
export class AbloNotFoundError extends AbloError {}
export class AbloConflictError extends AbloError {}

/** What the write was based on has changed: read again, then decide again. */
export class AbloStaleContextError extends AbloError {
  /** The seq the write was based on. */
  get readAt(): number | undefined {
    return this.details['readAt'] as number | undefined;
  }
  get conflicts(): StaleConflict[] {
    return (this.details['conflicts'] as StaleConflict[] | undefined) ?? [];
  }
}

/** Somebody else holds the row. Also known as AbloBusyError. */
export class AbloClaimedError extends AbloError {
  #claims: Intent[] | undefined;
  /** Who holds it. Also known as `intents`. */
  get claims(): Intent[] {
    return (this.#claims ??= ((this.details['claims'] as WireClaim[] | undefined) ?? []).map(toIntent));
  }
  get intents(): Intent[] {
    return this.claims;
  }
}
export { AbloClaimedError as AbloBusyError };

const classes: Record<ErrorKind, typeof AbloError> = {
  Authentication: AbloAuthenticationError,
  Permission: AbloPermissionError,
  RateLimit: AbloRateLimitError,
  Idempotency: AbloIdempotencyError,
  Connection: AbloConnectionError,
  Validation: AbloValidationError,
  Server: AbloServerError,
  NotFound: AbloNotFoundError,
  Conflict: AbloConflictError,
  StaleContext: AbloStaleContextError,
  Claimed: AbloClaimedError,
};

for (const [kind, { prototype }] of Object.entries({ '': AbloError, ...classes }))
  Object.defineProperty(prototype, 'name', { value: `Ablo${kind}Error`, writable: true }); // text that survives minifiers

/** For a code of a server newer than this client. */
const kindOfStatus: Record<number, ErrorKind> = {
  400: 'Validation',
  401: 'Authentication',
  403: 'Permission',
  404: 'NotFound',
  409: 'Conflict',
  413: 'Validation',
  422: 'Validation',
  429: 'RateLimit',
};

function known(code: string): KnownError | undefined {
  return Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode] : undefined;
}

/** The error for a code of ours, as the class of its family. */
export function abloError(code: ErrorCode, what = '', options: AbloErrorOptions = {}): AbloError {
  const { kind, sentence } = known(code)!;
  return new classes[kind](code, { message: [what, sentence].filter(Boolean).join(' '), ...options });
}

/** The error in what the core or the server said: `{code, message, ...details}`, alone or as a member `error`. */
export function fromWire(json: unknown, status?: number): AbloError {
  const outer = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const body = (typeof outer['error'] === 'object' && outer['error'] !== null ? outer['error'] : outer) as typeof outer;
  const { type: _, code: rawCode, message, param, request_id, ...details } = body;
  const code = typeof rawCode === 'string' ? rawCode : 'internal_error';
  const kind =
    known(code)?.kind ??
    (status === undefined ? undefined : (kindOfStatus[status] ?? (status >= 500 ? 'Server' : undefined)));
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return new (kind ? classes[kind] : AbloError)(code, {
    // Of a message of the core, … stands for the list's sentence: it is not in the WebAssembly a second time.
    message: text(message)?.replace(/…$/, () => known(code)?.sentence ?? ''),
    param: text(param),
    requestId: text(request_id),
    httpStatus: status,
    details,
  });
}

/** Whatever was thrown, as an AbloError. */
export function asAbloError(thrown: unknown): AbloError {
  if (thrown instanceof AbloError) return thrown;
  return new AbloServerError('internal_error', { message: reasonOf(thrown), cause: thrown });
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
