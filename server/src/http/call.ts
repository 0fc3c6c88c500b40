// SPDX-License-Identifier: MIT
//
// Call: one HTTP request on its way through a route, with what routes ask of it: who calls, and the body as JSON.
// Bodies are read up to 1 MiB and no further.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NamedError } from '../errors/named-error';
import type { Door } from '../identity/door';
import type { Admission } from '../identity/identity';

const kBodyLimit = 1 << 20;

export class Call {
  /** Names this request in the answer, in errors and in the log. */
  readonly id: string;

  constructor(
    readonly request: IncomingMessage,
    private readonly door: Door,
  ) {
    const given = String(request.headers['x-request-id'] ?? '');
    this.id = /^[\w.-]{1,128}$/.test(given) ? given : `req_${randomBytes(12).toString('hex')}`;
  }

  admission(): Promise<Admission> {
    const [scheme, token] = (this.request.headers.authorization ?? '').split(' ');
    return this.door.admit(this.request, scheme?.toLowerCase() === 'bearer' ? token : undefined);
  }

  async json(): Promise<Record<string, unknown>> {
    let value: unknown;
    try {
      value = JSON.parse(await this.#text());
    } catch (error) {
      throw error instanceof NamedError ? error : new NamedError('invalid_json', undefined, { cause: error });
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new NamedError('invalid_request', 'The body must be a JSON object.');
  }

  async #text(): Promise<string> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of this.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > kBodyLimit) throw new NamedError('request_too_large', 'A body is at most 1 MiB.');
      parts.push(part);
    }
    return Buffer.concat(parts).toString();
  }
}
