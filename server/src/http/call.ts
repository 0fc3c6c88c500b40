// SPDX-License-Identifier: MIT
//
// Call: one HTTP request on its way through a route, with what routes ask of it: who calls, and the body as JSON.
// Bodies are read up to a limit and no further, and the core has looked at every byte of them before there is an object.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NamedError } from '../errors/named-error';
import type { Door } from '../identity/door';
import type { Admission } from '../identity/identity';

/** What is asked of a body, and of whom. */
export interface Body {
  most: number;
  /** Throws by name what must not become objects: too deep, too many members, not JSON. */
  check(bytes: Buffer): void;
}

export class Call {
  /** Names this request in the answer, in errors and in the log. */
  readonly id: string;

  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly door: Door,
    private readonly body: Body,
  ) {
    const given = String(request.headers['x-request-id'] ?? '');
    this.id = /^[\w.-]{1,128}$/.test(given) ? given : `req_${randomBytes(12).toString('hex')}`;
  }

  /** What the address says after its path. */
  get query(): URLSearchParams {
    return new URLSearchParams(this.request.url?.split('?', 2)[1]);
  }

  /** The answer may take its time. Aborted when nobody waits for it any more. */
  patient(): AbortSignal {
    const gone = new AbortController();
    this.response.setTimeout(0).once('close', () => gone.abort());
    return gone.signal;
  }

  admission(): Promise<Admission> {
    const [scheme, token] = (this.request.headers.authorization ?? '').split(' ');
    return this.door.serve(this.request, scheme?.toLowerCase() === 'bearer' ? token : undefined);
  }

  /** `otherwise`: what an empty body stands for. */
  async json(otherwise?: Record<string, unknown>): Promise<Record<string, unknown>> {
    const bytes = await this.#bytes();
    if (bytes.length === 0 && otherwise) return otherwise;
    this.body.check(bytes);
    const value = JSON.parse(bytes.toString()) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new NamedError('invalid_request', 'The body must be a JSON object.');
  }

  async #bytes(): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    const { most } = this.body;
    try {
      for await (const part of this.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += part.length;
        if (length > most) throw new NamedError('request_too_large', `A body is at most ${most} bytes.`);
        parts.push(part);
      }
    } catch (error) {
      throw error instanceof NamedError ? error : new NamedError('invalid_request', 'The body did not come to its end.');
    }
    return Buffer.concat(parts);
  }
}
