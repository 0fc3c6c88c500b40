// SPDX-License-Identifier: MIT
//
// The signature of Standard Webhooks: HMAC-SHA256 over `<id>.<seconds>.<body>`, in base64 after `v1,`. The key is the
// secret's own UTF-8 bytes, an API key's prefix included. To a library of Standard Webhooks that is `whsec_` and the
// base64 of those bytes. Web Crypto only, so that it runs wherever a Request does.
import { sourceError } from './errors';
import type { Secret } from './types';

export const ABLO_SOURCE_HEADERS = {
  signature: 'webhook-signature',
  timestamp: 'webhook-timestamp',
  id: 'webhook-id',
  idempotencyKey: 'idempotency-key',
} as const;

/** More signatures than this in one header are not looked at. */
const mostSignatures = 8;

type Body = string | Uint8Array;

/** The headers to send with exactly this body. Several secrets give several signatures: so a key is rotated. */
export async function signAbloSourceRequest(input: {
  apiKey: Secret;
  body: Body;
  /** The same in every attempt to send this request. */
  messageId: string;
  /** Seconds since 1970; now if absent. */
  timestamp?: number;
}): Promise<{ headers: Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> }> {
  const timestamp = String(input.timestamp ?? Math.floor(Date.now() / 1000));
  const signed = message(input.messageId, timestamp, input.body);
  const signatures = await Promise.all([input.apiKey].flat().map((secret) => signature(secret, signed)));
  return {
    headers: {
      [ABLO_SOURCE_HEADERS.id]: input.messageId,
      [ABLO_SOURCE_HEADERS.timestamp]: timestamp,
      [ABLO_SOURCE_HEADERS.signature]: signatures.join(' '),
    },
  };
}

/** Throws SourceSignatureError unless a holder of the secret has signed exactly this body, a moment ago. */
export async function verifyAbloSourceRequest(input: {
  request: { headers: { get(name: string): string | null } };
  /** The bytes as they came, before anything parsed them. */
  body: Body;
  apiKey: Secret;
  toleranceMs?: number;
}): Promise<{ messageId: string; signedAt: number }> {
  const header = (name: keyof typeof ABLO_SOURCE_HEADERS) => input.request.headers.get(ABLO_SOURCE_HEADERS[name]);
  const messageId = header('id');
  if (!messageId) throw sourceError('source_id_missing');
  const timestamp = header('timestamp');
  if (!timestamp) throw sourceError('source_timestamp_missing');
  if (!/^\d{10}$/.test(timestamp)) throw sourceError('source_timestamp_invalid');
  const signedAt = Number(timestamp) * 1000;
  if (Math.abs(Date.now() - signedAt) > (input.toleranceMs ?? 300_000)) throw sourceError('source_timestamp_expired');
  const signatures = header('signature');
  if (!signatures) throw sourceError('source_signature_missing');

  const presented = signatures.split(' ').slice(0, mostSignatures);
  const signed = message(messageId, timestamp, input.body);
  let genuine = false;
  for (const secret of [input.apiKey].flat()) {
    const expected = await signature(secret, signed);
    for (const one of presented) genuine = sameText(one, expected) || genuine;
  }
  if (!genuine) throw sourceError('source_signature_invalid');
  return { messageId, signedAt };
}

function message(id: string, timestamp: string, body: Body): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const tail = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

async function signature(secret: string, signed: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign']);
  const digest = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed));
  return `v1,${btoa(String.fromCharCode(...digest))}`;
}

/** Takes as long for a difference in the first character as for one in the last. */
function sameText(presented: string, expected: string): boolean {
  let difference = presented.length ^ expected.length;
  for (let at = 0; at < expected.length; at++) difference |= presented.charCodeAt(at) ^ expected.charCodeAt(at);
  return difference === 0;
}
