// SPDX-License-Identifier: MIT
//
// The signature, against the official library of Standard Webhooks in both directions, and against whatever is not it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { SourceSignatureError, signAbloSourceRequest, verifyAbloSourceRequest } from '@abloatai/ablo/source';
import { apiKey } from '../support/source';
import { Random } from '../support/random';

const body = '{"type":"load","model":"tasks","id":"é"}';
const now = () => Math.floor(Date.now() / 1000);
const sign = (options: object = {}) => signAbloSourceRequest({ apiKey, body, messageId: 'msg_1', ...options });
const verify = (headers: Record<string, string>, options: object = {}) =>
  verifyAbloSourceRequest({ request: { headers: new Headers(headers) }, body, apiKey, ...options });
const codeOf = (headers: Record<string, string>, options: object = {}) =>
  verify(headers, options).then(() => 'verified', (error) => (error instanceof SourceSignatureError ? error.code : error));

const official = new Webhook(`whsec_${Buffer.from(apiKey).toString('base64')}`);

test('the library of Standard Webhooks verifies what we sign, and we verify what it signs', async () => {
  const { headers } = await sign();
  assert.deepEqual(official.verify(body, headers), JSON.parse(body));

  const signature = official.sign('msg_2', new Date(now() * 1000), body);
  const verified = await verify({ 'webhook-id': 'msg_2', 'webhook-timestamp': String(now()), 'webhook-signature': signature });
  assert.equal(verified.messageId, 'msg_2');
});

test('the key is the bytes of the secret as it is written', async () => {
  const { headers } = await sign({ timestamp: 1_700_000_000 });
  const expected = createHmac('sha256', Buffer.from(apiKey, 'utf8')).update(`msg_1.1700000000.${body}`).digest('base64');
  assert.deepEqual(headers, { 'webhook-id': 'msg_1', 'webhook-timestamp': '1700000000', 'webhook-signature': `v1,${expected}` });
});

test('who verifies learns which message it is and when it was signed', async () => {
  const { headers } = await sign({ timestamp: now() - 5 });
  const { messageId, signedAt } = await verify(headers);
  assert.equal(messageId, 'msg_1');
  assert.equal(signedAt, Number(headers['webhook-timestamp']) * 1000);
});

test('what is missing or wrong has a name, the first of them in a fixed order', async () => {
  const { headers } = await sign();
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  const of = (timestamp: string) => ({ ...headers, 'webhook-timestamp': timestamp });
  assert.equal(await codeOf({}), 'source_id_missing');
  assert.equal(await codeOf({ 'webhook-id': id }), 'source_timestamp_missing');
  for (const wrong of ['soon', '1e9', '-1700000000', '170000000', `${timestamp}000`, `${timestamp}.5`, '0x6553f100'])
    assert.equal(await codeOf(of(wrong)), 'source_timestamp_invalid', wrong);
  assert.equal(await codeOf({ 'webhook-id': id, 'webhook-timestamp': timestamp }), 'source_signature_missing');
  assert.equal(await codeOf({ ...headers, 'webhook-id': 'msg_2' }), 'source_signature_invalid');
  assert.equal(await codeOf(of(String(Number(timestamp) - 1))), 'source_signature_invalid');
  assert.equal(await codeOf(headers, { body: `${body} ` }), 'source_signature_invalid');
  assert.equal(await codeOf(headers, { apiKey: `${apiKey}x` }), 'source_signature_invalid');
  for (const other of [signature.replace('v1,', 'v1a,'), signature.slice(3), `v2${signature.slice(2)}`, `${signature}=`, 'v1,', 'v1,é'])
    assert.equal(await codeOf({ ...headers, 'webhook-signature': other }), 'source_signature_invalid', other);
});

test('five minutes are forgiven, before and after, and no more', async () => {
  for (const [seconds, expected] of [[-299, 'verified'], [299, 'verified'], [-302, 'source_timestamp_expired'], [302, 'source_timestamp_expired']] as const)
    assert.equal(await codeOf((await sign({ timestamp: now() + seconds })).headers), expected, `${seconds} s`);
  assert.equal(await codeOf((await sign({ timestamp: now() - 20 })).headers, { toleranceMs: 10_000 }), 'source_timestamp_expired');
});

test('while a key is rotated both are signed with, and either is accepted', async () => {
  const { headers } = await sign({ apiKey: ['sk_old', 'sk_new'] });
  assert.equal(headers['webhook-signature'].split(' ').length, 2);
  for (const each of ['sk_old', 'sk_new', ['sk_other', 'sk_new']]) assert.equal(await codeOf(headers, { apiKey: each }), 'verified');
  assert.equal(await codeOf(headers, { apiKey: ['sk_other', 'sk_older'] }), 'source_signature_invalid');
});

test('a signature behind eight others is not looked at', async () => {
  const { headers } = await sign();
  const behind = (count: number) => ({ ...headers, 'webhook-signature': `${'v1,AAAA '.repeat(count)}${headers['webhook-signature']}` });
  assert.equal(await codeOf(behind(7)), 'verified');
  assert.equal(await codeOf(behind(8)), 'source_signature_invalid');
});

test('of ten thousand damaged requests none is accepted', async () => {
  const { headers } = await sign();
  const random = new Random(7);
  const below = (bound: number) => random.below(bound);
  const damage = (text: string): string => {
    const at = below(text.length);
    const other = String.fromCharCode(33 + below(90));
    return text[at] === other ? damage(text) : text.slice(0, at) + other + text.slice(at + 1);
  };
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'body'] as const;
  let accepted = 0;
  for (let i = 0; i < 10_000; i++) {
    const name = names[below(4)]!;
    const given = name === 'body' ? headers : { ...headers, [name]: damage(headers[name]) };
    if ((await codeOf(given, name === 'body' ? { body: damage(body) } : {})) === 'verified') accepted++;
  }
  assert.equal(accepted, 0);
});
