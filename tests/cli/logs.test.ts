// SPDX-License-Identifier: MIT
//
// ablo logs shows what is committed, as it is committed: once each, in order, also across a server that goes away.
import { createLogger, startServer } from '@abloatai/ablo/server';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { Ablo } from '@abloatai/ablo';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { freePort } from '../support/free-port';
import { Project, type Run } from './support';

const schema = defineSchema({ tasks: model({ title: z.string(), notes: z.string().optional() }), decks: model({ name: z.string() }) });

let project: Project;
let server: TestServer;
before(async () => {
  project = await Project.create();
  server = await testServer({ schema });
});
after(async () => {
  await project?.remove();
  await server?.close();
});

async function logs(...options: string[]): Promise<Run> {
  const given = options.indexOf('--url');
  const url = given < 0 ? server.url : options[given + 1]!;
  const run = project.ablo(['logs', ...(given < 0 ? ['--url', url] : []), ...options], { ABLO_API_KEY: server.apiKey });
  const sockets = async () => ((await (await fetch(`${url}/healthz`)).json()) as { sockets: number }).sockets;
  const there = await sockets();
  if (!options.includes('--json')) await run.says(/Following/);
  while ((await sockets()) === there) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 100)); // its hello is answered
  return run;
}

function client() {
  return Ablo({ schema, apiKey: server.apiKey, baseURL: server.url, logLevel: 'silent' });
}

test('one readable line a change, of one model if that is asked for', async () => {
  const all = await logs();
  const decks = await logs('--model', 'decks');
  const ablo = client();
  await ablo.ready();
  const { id } = await ablo.tasks.create({ data: { title: 'one' } });
  await ablo.tasks.update(id, { title: 'two', notes: 'x' });
  await ablo.decks.create({ data: { name: 'd' } });
  await ablo.tasks.delete(id);
  await all.says(new RegExp(`\\d\\d:\\d\\d:\\d\\d\\.\\d{3} +\\d+ +system:\\S+ +create +tasks/${id}\\n`));
  await all.says(new RegExp(`update +tasks/${id} +(title, notes|notes, title)`));
  await all.says(new RegExp(`delete +tasks/${id}`));
  await decks.says(/create +decks\//);
  assert.doesNotMatch(decks.stdout, /tasks\//);
  await ablo.dispose();
  assert.equal(await all.stop(), 0);
  assert.equal(await decks.stop('SIGTERM'), 0);
  assert.equal(all.stdout.trim().split('\n').length, 4);
  assert.doesNotMatch(all.stdout + all.stderr, new RegExp(server.apiKey));
});

test('what somebody wrote to deceive a terminal is shown as what it is', async () => {
  const run = await logs();
  const strange = await logs('--json');
  const id = 'a\x1b[2K\r00:00:00.000  forged\n\x7f\x9b\u2028\u2029\u202e\u2066é';
  const commit = {
    key: 'k', attempt: 1, issuedAt: Date.now(), actor: { kind: 'user', id: 'eve\x07\u202e' }, session: randomUUID(),
    operations: [{ op: 'create', model: 'tasks', id, data: { title: 'x' } }],
  };
  await server.database.call('commit', server.organization, JSON.stringify({ commits: [commit] }));
  const wire = { claim: randomUUID(), model: 'tasks', id, ttl: 60_000, action: 'edit\x1b[1A\n', wait: true };
  const claim = { ...wire, actor: commit.actor, session: commit.session };
  await server.database.call('claim', server.organization, JSON.stringify(claim));
  await run.says(/claim [^\n]*edit[^\n]*\n/);
  await strange.says(/"action": ?"edit/);
  assert.equal(await run.stop(), 0);
  assert.equal(await strange.stop(), 0);
  const shown = 'tasks/a\\x1b[2K\\x0d00:00:00.000  forged\\x0a\\x7f\\x9b\\u2028\\u2029\\u202e\\u2066é';
  const lines = run.stdout.trim().split('\n');
  assert.equal(lines.length, 2);
  for (const line of lines) assert.ok(line.includes(`user:eve\\x07\\u202e`) && line.includes(shown), line);
  assert.ok(lines[1]!.endsWith('edit\\x1b[1A\\x0a'), lines[1]);
  assert.deepEqual(strange.stdout.trim().split('\n').map((line) => JSON.parse(line).id), [id, id]);
});

test('with --json one object a change, and nothing else', async () => {
  const run = await logs('--json');
  const ablo = client();
  await ablo.ready();
  for (const title of ['a', 'b', 'c']) await ablo.tasks.create({ data: { title }, wait: 'confirmed' });
  await run.says(/"title":"c"/);
  await ablo.dispose();
  assert.equal(await run.stop(), 0);
  const changes = run.stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(changes.map(({ row }) => row.title), ['a', 'b', 'c']);
  assert.deepEqual(changes.map(({ seq }) => seq - changes[0].seq), [0, 1, 2]);
  assert.equal(changes[0].kind, 'row');
});

test('a server that goes away and comes back: none is missed, none comes twice', async () => {
  const database = server.database;
  const logger = createLogger({ level: 'silent' });
  const first = await startServer({ database, port: 0, logger });
  const run = await logs('--json', '--url', first.url);
  const ablo = client();
  await ablo.ready();
  const write = (title: string) => ablo.tasks.create({ data: { title }, wait: 'confirmed' });
  await write('before');
  await run.says(/"title":"before"/);
  await first.close();
  await write('meanwhile');
  const again = await startServer({ database, port: first.port, logger });
  await run.says(/"title":"meanwhile"/);
  await write('after');
  await run.says(/"title":"after"/);
  await ablo.dispose();
  assert.equal(await run.stop(), 0);
  const titles = run.stdout.trim().split('\n').map((line) => JSON.parse(line).row.title);
  assert.deepEqual(titles, ['before', 'meanwhile', 'after']);
  assert.match(run.stderr, /lost[^]*Connected again/);
  await again.close();
});

test('a server that is not there, a key it does not know and a model that is none are said by name', async () => {
  const nobody = project.ablo(['logs', '--url', `http://127.0.0.1:${await freePort()}`]);
  assert.equal(await nobody.exit, 1);
  assert.match(nobody.stderr, /api_unreachable\s+.*ablo dev/);
  const nothing = project.ablo(['logs', '--url', server.url, '--model', 'task'], { ABLO_API_KEY: server.apiKey });
  assert.equal(await nothing.exit, 1);
  assert.match(nothing.stderr, /unknown_model\s+.*tasks, decks/);
  const stranger = project.ablo(['logs', '--url', server.url], { ABLO_API_KEY: 'sk_test_nothing' });
  assert.equal(await stranger.exit, 1);
  assert.match(stranger.stderr, /apikey_invalid/);
});
