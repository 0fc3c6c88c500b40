// SPDX-License-Identifier: MIT
//
// What a server asks of a Data Source, signed as the server signs it.
import { randomUUID } from 'node:crypto';
import { signAbloSourceRequest } from '@abloatai/ablo/source';

export const apiKey = 'sk_test_the+secret/of=this_source';
export const address = 'https://app.example/api/ablo/source';

/** A request with this body: an object, or the exact text. */
export async function signedRequest(body: object | string, options: { messageId?: string; apiKey?: string; timestamp?: number } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { headers } = await signAbloSourceRequest({ apiKey, messageId: `msg_${randomUUID()}`, body: text, ...options });
  return new Request(address, { method: 'POST', body: text, headers: { ...headers, 'content-type': 'application/json' } });
}

/** Asks a handler, and reads its answer. */
export async function ask(handler: (request: Request) => Promise<Response>, body: object | string) {
  const response = await handler(await signedRequest(body));
  return { status: response.status, ...((await response.json()) as Record<string, any>) } as Record<string, any>;
}
