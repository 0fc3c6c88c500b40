// SPDX-License-Identifier: MIT
//
// Claims that are nobody's, somebody else's, over, or cannot be: by HTTP and over sockets.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, openSocket, say, type Case, type Request } from '../probe';
import type { FedServer } from '../server';

const kMost = 1_000; // claims of an actor, unless the server is told otherwise

async function rows(server: FedServer, count = 1): Promise<string[]> {
  const { ws, verdict } = await openSocket(server);
  const ids = Array.from({ length: count }, () => randomUUID());
  const operations = ids.map((id) => ({ op: 'create', model: 'tasks', id, data: { title: 'x', status: 'todo' } }));
  ws.send(JSON.stringify({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations }));
  await verdict;
  ws.terminate();
  return ids;
}

const by = (agent?: string): Pick<Request, 'headers'> => (agent ? { headers: { 'ablo-agent': agent } } : {});
const claimed = (id: string, more: object = {}): Request => ({
  method: 'POST', path: '/v1/claims', body: JSON.stringify({ target: { model: 'tasks', id }, ...more }),
});

/** A claim of a row of its own: of the key itself, or of an agent it names. */
async function held(server: FedServer, agent?: string, ttl: number | string = '1m'): Promise<{ claim: string; id: string }> {
  const [id] = await rows(server);
  const claim = randomUUID();
  await ask(server, { ...claimed(id!, { claimId: claim, ttl }), ...by(agent) });
  return { claim, id: id! };
}

const given: [string, string, (server: FedServer) => Promise<string>][] = [
  ['nobody made', 'claim_not_found', async () => randomUUID()],
  ['somebody else has', 'claim_not_found', async (server) => (await held(server, 'another')).claim],
  ['was given back', 'claim_not_found', async (server) => {
    const { claim } = await held(server);
    await ask(server, { method: 'DELETE', path: `/v1/claims/${claim}` });
    return claim;
  }],
  ['nobody renewed', 'claim_lost', async (server) => {
    const { claim } = await held(server, undefined, 0.1);
    await pause(150);
    return claim;
  }],
];

const releases: [string, string, Case['run']][] = given.flatMap(([name, code, make]): [string, string, Case['run']][] => [
  [`release over a socket of a claim that ${name}`, code, async (server) =>
    say(server, JSON.stringify({ type: 'release', request: 1, claim: await make(server) }))],
  [`release by HTTP of a claim that ${name}`, code, async (server) =>
    ask(server, { method: 'DELETE', path: `/v1/claims/${await make(server)}` })],
  [`heartbeat by HTTP of a claim that ${name}`, name === 'was given back' ? 'claim_lost' : code, async (server) =>
    ask(server, { method: 'POST', path: `/v1/claims/${await make(server)}/heartbeat` })],
]);

const lines: [string, string, Case['run']][] = [
  ['a line that has none of these', 'claim_not_found', async (server) => {
    const { id } = await held(server);
    return say(server, JSON.stringify({ type: 'reorder', request: 1, model: 'tasks', id, order: [randomUUID()] }));
  }],
  ['a line that has none of these, by HTTP', 'claim_not_found', async (server) => {
    const { id } = await held(server);
    return ask(server, { method: 'POST', path: `/v1/models/tasks/${id}/claim/reorder`, body: JSON.stringify({ order: [randomUUID()] }) });
  }],
  ['a line of no row', 'entity_not_found', (server) =>
    say(server, JSON.stringify({ type: 'reorder', request: 1, model: 'tasks', id: 'nobody', order: [] }))],
  ['a line of no row, by HTTP', 'entity_not_found', (server) =>
    ask(server, { method: 'POST', path: '/v1/models/tasks/nobody/claim/reorder', body: '{"order":[]}' })],
  ['a row that somebody else holds', 'entity_claimed', async (server) => {
    const { id } = await held(server, 'another');
    return ask(server, claimed(id, { queue: false }));
  }],
  ['the claim of another row', 'idempotency_conflict', async (server) => {
    const [id] = await rows(server);
    return ask(server, claimed(id!, { claimId: (await held(server)).claim }));
  }],
];

const requests: [string, Request, string][] = [
  ...[0, -1, 1e9, 'soon', '30', '', true, [], {}].map((ttl): [string, Request, string] => [`ttl ${JSON.stringify(ttl)}`, claimed('a', { ttl }), 'duration_invalid']),
  ...['', 'x', 1, true, [], {}].map((claimId): [string, Request, string] => [`claimId ${JSON.stringify(claimId)}`, claimed('a', { claimId }), 'invalid_request']),
  ...[1, 'yes', [], {}].map((queue): [string, Request, string] => [`queue ${JSON.stringify(queue)}`, claimed('a', { queue }), 'invalid_request']),
  ...[1, '', [], {}].map((action): [string, Request, string] => [`action ${JSON.stringify(action)}`, claimed('a', { action }), 'invalid_request']),
  ...['', 1, 'x'.repeat(256), {}].map((id): [string, Request, string] => [`id ${JSON.stringify(id).slice(0, 20)}`, claimed(id as string), 'invalid_id']),
  ['fields that are none', claimed('a', { fields: ['titel'] }), 'unknown_field'],
  ['a row that is not there', claimed('nobody'), 'entity_not_found'],
  ['a target that is none', { method: 'POST', path: '/v1/claims', body: '{"target":1}' }, 'unknown_model'],
  ['no target', { method: 'POST', path: '/v1/claims' }, 'unknown_model'],
  ['a model that is not there', { method: 'POST', path: '/v1/models/task/a/claim' }, 'unknown_model'],
  ['an agent with a long name', { ...claimed('a'), ...by('x'.repeat(256)) }, 'invalid_request'],
  ['a path that is not UTF-8', { path: '/v1/claims/%ff' }, 'invalid_request'],
  ['a list of a field of nothing', { path: '/v1/claims?field=title' }, 'invalid_request'],
  ['a wait without an end', { path: `/v1/claims/${randomUUID()}?wait=soon` }, 'duration_invalid'],
  ['a wait for nothing', { path: `/v1/claims/${randomUUID()}?wait=10s` }, 'claim_not_found'],
  ['heartbeats of what are no ids', { method: 'POST', path: '/v1/claims/heartbeat', body: '{"claims":["x"]}' }, 'invalid_request'],
  ['heartbeats of no list', { method: 'POST', path: '/v1/claims/heartbeat', body: '{"claims":{}}' }, 'invalid_request'],
  ['an order that is none', { method: 'POST', path: '/v1/models/tasks/a/claim/reorder', body: '{"order":"x"}' }, 'invalid_request'],
  ['meta of 9,000 bytes', claimed('a', { meta: { text: 'x'.repeat(9_000) } }), 'request_too_large'],
  ['a description of 9,000 bytes', claimed('a', { description: 'x'.repeat(9_000) }), 'request_too_large'],
  ['meta of 300,000 bytes', claimed('a', { meta: Array.from({ length: 10 }, () => 'x'.repeat(30_000)) }), 'request_too_large'],
];

async function thousand(server: FedServer): Promise<string> {
  const ids = [...(await rows(server, 500)), ...(await rows(server, 500))];
  const agent = by(`greedy-${randomUUID()}`);
  for (let i = 0; i < kMost; i += 20) {
    await Promise.all(ids.slice(i, i + 20).map((id) => ask(server, { ...claimed(id), ...agent })));
  }
  return ask(server, { ...claimed((await rows(server))[0]!), ...agent });
}

export const claimCases: Case[] = [
  ...[...releases, ...lines].map(([name, expect, run]): Case => ({ name, expect, run })),
  ...requests.map(([name, request, expect]): Case => ({ name: `claim by HTTP: ${name}`, expect, run: (server) => ask(server, request) })),
  { name: 'a claim more than a thousand', expect: 'rate_limited', slow: true, run: thousand },
];
