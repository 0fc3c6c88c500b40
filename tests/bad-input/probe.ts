// SPDX-License-Identifier: MIT
//
// What a case does to the server, and the name of what came back: the code of an error, wherever it stood; `ok`, when it was
// taken; else what there was in place of a name, which is a finding.
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import type { FedServer } from './server';

export interface Case {
  name: string;
  /** The code it must end in, or `ok`. */
  expect: string;
  run(server: FedServer): Promise<string>;
  /** It waits for a deadline: it runs beside the others. */
  slow?: boolean;
}

const kPatience = 20_000; // ms

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code !== '' ? code : 'unnamed';
}

interface SocketOptions extends ClientOptions {
  protocols?: string[];
  greet?: boolean;
  path?: string;
}

export interface Socket {
  ws: WebSocket;
  /** What it says next that is a verdict. */
  verdict: Promise<string>;
}

/** A socket that is in, unless it was refused: then its verdict is there already. */
export async function openSocket(server: FedServer, options: SocketOptions = {}): Promise<Socket> {
  const { protocols = ['ablo.v1', `ablo.token.${server.key}`], greet = true, path = '/api/sync/ws', ...rest } = options;
  const ws = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, protocols, rest);
  let welcomed = () => {};
  const ready = new Promise<void>((resolve) => (welcomed = resolve));
  const verdict = new Promise<string>((resolve) => {
    const late = setTimeout(() => resolve('nothing came'), kPatience);
    const settle = (what: string) => {
      clearTimeout(late);
      resolve(what);
      welcomed();
    };
    ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(String(data)) as { type: string; error?: object };
      if (frame.error) settle(codeOf(frame.error));
      else if (frame.type === 'loaded') welcomed();
      else if (['receipt', 'answer', 'pong'].includes(frame.type)) settle('ok');
    });
    ws.on('unexpected-response', async (_request, response) => {
      let text = '';
      for await (const part of response) text += String(part);
      settle(bodyCode(text));
    });
    ws.on('error', (error) => setTimeout(() => settle(`failed: ${error.message}`), 100));
    ws.on('close', (code) => settle(`closed with ${code}`));
    ws.on('open', () => (greet ? ws.send(JSON.stringify(hello(server.hash))) : welcomed()));
  });
  await ready;
  return { ws, verdict };
}

export function hello(schema: string): object {
  return { type: 'hello', schema, session: randomUUID(), bootstrap: 'none' };
}

/** What a frame is answered with. */
export async function say(server: FedServer, frame: string | Buffer, options: SocketOptions = {}): Promise<string> {
  const { ws, verdict } = await openSocket(server, options);
  ws.send(frame, { binary: false });
  const came = await verdict;
  ws.terminate();
  return came;
}

/** What bytes below the WebSocket's frames are answered with. */
export async function write(server: FedServer, bytes: Buffer): Promise<string> {
  const { ws, verdict } = await openSocket(server);
  (ws as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(bytes);
  const came = await verdict;
  ws.terminate();
  return came;
}

function bodyCode(text: string): string {
  try {
    return codeOf(JSON.parse(text));
  } catch {
    return `unnamed: ${text.slice(0, 60)}`;
  }
}

export interface Request {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  key?: string;
}

export async function ask(server: FedServer, { method = 'GET', path, headers = {}, body, key = server.key }: Request): Promise<string> {
  const all = { ...(key && { authorization: `Bearer ${key}` }), ...headers };
  const response = await fetch(server.url + path, { method, headers: all, body: body as string });
  const text = await response.text();
  return response.ok ? 'ok' : response.status === 500 ? `500: ${bodyCode(text)}` : bodyCode(text);
}

/** What bytes on the port are answered with. `end`: nothing more will come. */
export function port(server: FedServer, pieces: (string | Buffer)[], end = false): Promise<string> {
  return new Promise((resolve) => {
    let came = '';
    const socket = connect(server.port, '127.0.0.1', async () => {
      for (const piece of pieces) {
        if (!socket.writable) break;
        socket.write(piece);
        await new Promise((next) => setTimeout(next, 5));
      }
      if (end) socket.end();
    });
    const settle = () => {
      clearTimeout(late);
      socket.destroy();
      const [head = '', ...rest] = came.split('\r\n\r\n');
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
      if (status === 200 || status === 204 || status === 101) return resolve('ok');
      resolve(head === '' ? 'nothing came' : bodyCode(rest.join('\r\n\r\n')));
    };
    const late = setTimeout(settle, kPatience);
    socket.on('data', (data) => {
      came += String(data);
      const [head = '', body] = came.split('\r\n\r\n', 2);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (body !== undefined && (Buffer.byteLength(body) >= length || /^HTTP\/1\.1 (200|204|101)/.test(head))) settle();
    });
    socket.on('error', () => {});
    socket.on('close', settle);
  });
}
