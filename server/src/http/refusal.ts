// SPDX-License-Identifier: MIT
//
// Refusal: an error as HTTP: the flat envelope {type, code, message, request_id}, whoever says it: a route, or the server
// itself about what never became a request.
import type { Duplex } from 'node:stream';
import { NamedError } from '../errors/named-error';
import { redact } from '../observe/redact';

export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: object;
}

export function refusalOf(named: NamedError, id?: string): Refusal {
  const { code, message, ...details } = named.toJSON();
  const { retryAfterSeconds } = details;
  const headers: Record<string, string> = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : {};
  const envelope = { type: `Ablo${named.kind}Error`, code, message: redact(message), ...details, request_id: id };
  return { status: named.status, headers, body: envelope };
}

/** What a server that shuts down says to whoever comes now. */
export function goingAway(): NamedError {
  return new NamedError('api_unreachable', 'This server is shutting down.');
}

/** To a stream that no response belongs to. It is ended. */
export function endWith(stream: Duplex, named: NamedError, reason = 'Refused'): void {
  if (!stream.writable) return void stream.destroy();
  const { status, headers, body } = refusalOf(named);
  const text = JSON.stringify(body);
  const all = { ...headers, 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\n${lines}\r\n${text}`, () => stream.destroy());
}
