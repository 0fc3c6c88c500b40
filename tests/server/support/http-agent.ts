// SPDX-License-Identifier: MIT
//
// An agent that has no socket and none of our code: what it says about claims over HTTP.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Wire } from './wire';

export interface Answer {
  status: number;
  body: any;
}

interface Address {
  url: string;
  apiKey: string;
}

/** With the organization's key, under a name of its own. */
export function httpAgent({ url, apiKey }: Address, name = `agent-${randomUUID()}`) {
  const headers = { authorization: `Bearer ${apiKey}`, 'ablo-agent': name };
  const ask = async (method: string, path: string, body?: object, more: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body), ...more });
    return { status: response.status, body: await response.json() };
  };
  const claim = (id: string, more: object = {}) => ask('POST', '/v1/claims', { target: { model: 'tasks', id }, ...more });
  const beat = (id: string, more?: object) => ask('POST', `/v1/claims/${id}/heartbeat`, more);
  const state = (id: string, wait?: string) => ask('GET', `/v1/claims/${id}${wait === undefined ? '' : `?wait=${wait}`}`);
  const release = (id: string) => ask('DELETE', `/v1/claims/${id}`);
  return { name, ask, claim, beat, state, release };
}

/** A row to claim. */
export async function httpTask(at: Address): Promise<string> {
  const id = randomUUID();
  const wire = await Wire.open(at.url, at.apiKey);
  wire.hello((await httpAgent(at).ask('GET', '/v1/schema')).body.hash);
  await wire.next('loaded');
  const operations = [{ op: 'create', model: 'tasks', id, data: { title: 'Write', status: 'todo' } }];
  wire.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  assert.equal((await wire.next('receipt')).status, 'confirmed');
  wire.ws.close();
  return id;
}
