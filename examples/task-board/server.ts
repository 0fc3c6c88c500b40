// SPDX-License-Identifier: MIT
//
// The app's own server: it serves the page and mints the session tokens that the page connects with. The secret key
// stays here. Rows never pass through: the page talks to Ablo by itself.
//
//   ABLO_API_KEY=sk_… ABLO_URL=http://127.0.0.1:… npx tsx examples/task-board/server.ts --port 3000

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Ablo } from '@abloatai/ablo';
import { readAddress, type Address } from './address';
import { schema } from './ablo.schema';
import { buildPage } from './page';
import { personOf } from './people';

export interface BoardServer {
  url: string;
  close(): Promise<void>;
}

export async function serveBoard(address: Address, port = 0): Promise<BoardServer> {
  const files = await buildPage();
  const ablo = Ablo({ schema, apiKey: address.apiKey, baseURL: address.url });
  const policy = contentSecurityPolicy(address.url);

  /** The one route of the app's own. A real app asks its login who is there; this one believes the name in `?as=`. */
  async function mintSession(url: URL, response: ServerResponse) {
    const person = personOf(url.searchParams.get('as'));
    if (!person) {
      return json(response, 401, { error: { code: 'session_expired', message: 'Nobody is signed in: add ?as=ada.' } });
    }
    const { token, expiresAt } = await ablo.sessions.create({ user: { id: person.id } });
    json(response, 200, { token, expiresAt, credentialKind: 'ephemeral', baseURL: address.url });
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://board');
    if (request.method === 'POST' && url.pathname === '/api/ablo-session') return mintSession(url, response);
    const file = request.method === 'GET' ? files.get(url.pathname) : undefined;
    if (!file) return json(response, 404, { error: { code: 'not_found', message: 'The board has no such page.' } });
    response.writeHead(200, { 'content-type': file.type, 'content-security-policy': policy }).end(file.body);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      json(response, 502, { error: { code: 'session_unavailable', message: error.message } });
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', listening);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await ablo.dispose();
    },
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** As strict as it gets: own scripts only, WASM allowed, connections to this server and to Ablo. */
function contentSecurityPolicy(url: string): string {
  const socket = url.replace(/^http/, 'ws');
  return [
    `default-src 'self'`,
    `script-src 'self' 'wasm-unsafe-eval'`,
    `img-src 'self' data:`,
    `connect-src 'self' ${url} ${socket}`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });
  const board = await serveBoard(await readAddress(), Number(values.port));
  console.log(`The board is at ${board.url}`);
}
