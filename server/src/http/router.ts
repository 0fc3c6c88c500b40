// SPDX-License-Identifier: MIT
//
// Router: HTTP in, JSON out. Routes are found by method and path, parts of which may be the route's to know (`/claims/{claim}`);
// `/api`, `/v1` and `/api/v1` before the path are the same place. Whatever a route throws becomes the flat error envelope {type, code, message, request_id}.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { NamedError } from '../errors/named-error';
import type { Door } from '../identity/door';
import type { Logger } from '../observe/log';
import type { ShellCounts } from '../observe/shell-counts';
import { Call, type Body } from './call';
import { goingAway, refusalOf } from './refusal';

/** `parts`: of the path, where the route's has names. */
export type Route = (call: Call, ...parts: string[]) => Promise<object> | object;

/** What a route answers with another status than 200. */
export class Answer {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {}
}

/** What a route answers that is not JSON. */
export class Plain {
  constructor(
    readonly type: string,
    readonly text: string,
  ) {}
}
/** By `METHOD /path`. */
export type Routes = Record<string, Route>;

export interface RouterSurroundings {
  door: Door;
  body: Body;
  log: Logger;
  counts: ShellCounts;
  /** The server is about to go: whoever comes now is sent away. */
  retired(): boolean;
}

export function createRouter(routes: Routes, { door, body, log, counts, retired }: RouterSurroundings): RequestListener {
  const patterns = Object.entries(routes).map(([name, route]) => ({
    pattern: new RegExp(`^${name.replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
    route,
  }));
  return async (request, response) => {
    const call = new Call(request, response, door, body);
    counts.unanswered += 1;
    response.on('finish', () => counts.answered(response.statusCode));
    response.setHeader('x-request-id', call.id);
    const say = (status: number, body: object) => {
      if (retired()) response.setHeader('connection', 'close'); // the next request is another server's
      reply(response, status, body);
    };
    try {
      allowOrigin(request, response, door);
      if (retired()) throw goingAway();
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else {
        const answer = await find(patterns, request)(call);
        if (answer instanceof Answer) say(answer.status, answer.body);
        else say(200, answer);
      }
    } catch (error) {
      const named = NamedError.from(error);
      if (named.code === 'internal_error') log.error({ err: error, request: call.id }, 'a request failed');
      else log.debug({ code: named.code, request: call.id }, 'a request was refused');
      const { status, headers, body } = refusalOf(named, call.id);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      request.resume(); // the rest of a body that was refused, so that the answer is read
      say(status, body);
    } finally {
      counts.unanswered -= 1;
    }
  };
}

function find(patterns: { pattern: RegExp; route: Route }[], request: IncomingMessage): (call: Call) => Promise<object> | object {
  const asked = `${request.method} ${pathOf(request)}`;
  for (const { pattern, route } of patterns) {
    const found = pattern.exec(asked);
    if (found) return (call) => route(call, ...found.slice(1).map(decoded));
  }
  throw new NamedError('route_not_found', `The server has no ${asked}.`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new NamedError('invalid_request', 'A part of the path is not percent-encoded UTF-8.');
  }
}

/** The path without what may stand before it. */
export function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  return path.replace(/^\/api(?=\/)/, '').replace(/^\/v1(?=\/)/, '');
}

function allowOrigin(request: IncomingMessage, response: ServerResponse, door: Door): void {
  door.checkOrigin(request);
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-headers', 'authorization, content-type, idempotency-key, x-request-id, ablo-agent');
  response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, DELETE');
  response.setHeader('access-control-expose-headers', 'x-request-id, retry-after');
  response.setHeader('access-control-max-age', '600');
}

function reply(response: ServerResponse, status: number, body: object): void {
  const { type, text } = body instanceof Plain ? body : new Plain('application/json', JSON.stringify(body));
  const full = type.includes('charset') ? type : `${type}; charset=utf-8`;
  const headers = { 'content-type': full, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' };
  response.writeHead(status, headers);
  response.end(text);
}
