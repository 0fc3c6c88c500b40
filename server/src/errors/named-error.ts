// SPDX-License-Identifier: MIT
//
// NamedError: what the server refuses with. It has a code of the one list (wasm/core/errors.json), a sentence for
// people, and the shapes the code takes on its ways out: the socket's `error` frame and the HTTP envelope. Whatever
// is thrown that is not one becomes `internal_error`, and its text stays in the log.
import { errorCodes, type ErrorCode } from './codes';

/** What travels beside code and message: `limit` and `retryAfterSeconds` of rate_limited, and the like. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export class NamedError extends Error {
  override readonly name = 'NamedError';
  readonly details: ErrorDetails;

  constructor(
    readonly code: ErrorCode,
    message: string = errorCodes[code].sentence,
    options?: ErrorOptions & { details?: ErrorDetails },
  ) {
    super(message, options);
    this.details = options?.details ?? {};
  }

  get status(): number {
    return errorCodes[this.code].status ?? 500;
  }

  get kind(): string {
    return errorCodes[this.code].kind;
  }

  /** As clients hear it. Where the database is, and as whom it is used, is for its operator alone. */
  toJSON(): { code: ErrorCode; message: string; [detail: string]: unknown } {
    const hidden = this.code === 'database_unreachable';
    return { ...this.details, code: this.code, message: hidden ? errorCodes[this.code].sentence : this.message };
  }

  /** The named error in whatever was thrown. An error of another module that carries a code of the list keeps it. */
  static from(thrown: unknown): NamedError {
    if (thrown instanceof NamedError) return thrown;
    const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && Object.hasOwn(errorCodes, code)) {
      return new NamedError(code as ErrorCode, typeof message === 'string' ? message : undefined, { cause: thrown });
    }
    return new NamedError('internal_error', undefined, { cause: thrown });
  }

  /** The value of text from the core: its error, if it is one, is thrown. */
  static unwrap<T>(text: string): T {
    const value = JSON.parse(text) as { error?: { code: ErrorCode; message: string } & ErrorDetails };
    if (!value.error) return value as T;
    const { code, message, ...details } = value.error;
    throw new NamedError(code, message, { details });
  }
}
