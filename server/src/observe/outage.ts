// SPDX-License-Identifier: MIT
//
// Outage: a database that does not answer is said in one line, when the first call meets it, and once more when it
// answers again, however many calls there are in between. Every other failure is logged for itself.
import { NamedError } from '../errors/named-error';
import type { Logger } from './log';

export class Outage {
  #lasts = false;
  #answered = performance.now();

  constructor(private readonly log: Logger) {}

  /** `during` names what was being done. */
  failed(error: unknown, during: object): void {
    const { code, message } = NamedError.from(error);
    if (code !== 'database_unreachable') {
      const err = code === 'internal_error' ? error : undefined;
      return this.log.error({ ...during, code, reason: message, err }, 'a call to the database failed');
    }
    if (!this.#lasts) this.log.error({ ...during, code, reason: message }, 'the database does not answer');
    this.#lasts = true;
  }

  /** How long ago the database answered last, in ms. */
  get silence(): number {
    return performance.now() - this.#answered;
  }

  answered(): void {
    this.#answered = performance.now();
    if (this.#lasts) this.log.info('the database answers again');
    this.#lasts = false;
  }
}
