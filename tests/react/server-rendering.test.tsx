// SPDX-License-Identifier: MIT
//
// What a server renders: its own row, without a connection, and markup the browser's first render agrees with.
/** @jsxRuntime automatic */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderToString } from 'react-dom/server';
import Ablo from '@abloatai/ablo';
import * as react from '@abloatai/ablo/react';
import { defineSchema, model, z } from '@abloatai/ablo/schema';

const schema = defineSchema({
  tasks: model({ id: z.string(), title: z.string(), status: z.enum(['todo', 'done']), updatedAt: z.string() }),
});
const { AbloProvider, createAbloReact, useCurrentUserId, useSyncStatus } = react;
// The same hook, typed by this schema.
const { useAblo } = createAbloReact(schema);
const serverTask = { id: 't1', title: 'from the server', status: 'todo', updatedAt: '2026-01-01T00:00:00.000Z' };

function TaskRow({ task: serverTask }: { task: { id: string; title: string; status: string } }) {
  const task = useAblo((ablo) => ablo.tasks.retrieve(serverTask.id)) ?? serverTask;
  const intents = useAblo((ablo) => ablo.intents.list({ resource: 'tasks', id: serverTask.id })) ?? [];
  const busy = intents.length > 0;
  return <button disabled={busy || task.status === 'done'}>{busy ? 'Someone is editing' : task.title}</button>;
}

test('the row of the guide is rendered from what the server gave, with no request of its own', async () => {
  let requests = 0;
  const server = createServer((_, response) => (requests++, response.end())).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const html = renderToString(
    <AbloProvider schema={schema} baseURL={baseURL}>
      <TaskRow task={serverTask} />
    </AbloProvider>,
  );
  assert.equal(html, '<button>from the server</button>');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(requests, 0);
  server.close();
});

test('a client made elsewhere serves as well, and a hook without a provider has nothing', () => {
  const client = Ablo({ schema });
  const Inside = () => <i>{String(useAblo() === (client as unknown))}</i>;
  assert.equal(
    renderToString(
      <AbloProvider client={client}>
        <Inside />
      </AbloProvider>,
    ),
    '<i>true</i>',
  );
  const Outside = () => (
    <i>{`${useAblo()} ${useAblo((ablo) => ablo.tasks.getAll())} ${useSyncStatus().name} ${useCurrentUserId()}`}</i>
  );
  assert.equal(renderToString(<Outside />), '<i>null undefined initial undefined</i>');
});

test('selectors are not run before there is something to select from', () => {
  const Row = () => <i>{useAblo((ablo) => ablo.tasks.retrieve('t1')!.title) ?? 'nothing yet'}</i>;
  assert.equal(
    renderToString(
      <AbloProvider schema={schema}>
        <Row />
      </AbloProvider>,
    ),
    '<i>nothing yet</i>',
  );
});

test('a fallback is rendered in place of the children, a user id is handed on', () => {
  const User = () => <i>{useCurrentUserId()}</i>;
  const render = (fallback?: React.ReactNode) =>
    renderToString(
      <AbloProvider schema={schema} userId="ada" fallback={fallback}>
        <User />
      </AbloProvider>,
    );
  assert.equal(render(), '<i>ada</i>');
  assert.equal(render('passthrough'), '<i>ada</i>');
  assert.equal(render(<b>wait</b>), '<b>wait</b>');
  assert.equal(render(null), '');
});

test('the provider of one schema needs no schema again, and its hook is the one hook', () => {
  const tasks = createAbloReact(schema);
  assert.equal(tasks.useAblo, react.useAblo);
  const Row = () => <i>{(tasks.useAblo((ablo) => ablo.tasks.retrieve('t1')) ?? serverTask).title}</i>;
  assert.equal(
    renderToString(
      <tasks.AbloProvider>
        <Row />
      </tasks.AbloProvider>,
    ),
    '<i>from the server</i>',
  );
});

test('a provider refuses a database address in a browser, with a schema or a client', () => {
  const client = Ablo({ schema });
  (globalThis as Record<string, unknown>)['window'] = {};
  try {
    const way = (props: object) => () => renderToString(<AbloProvider {...props} databaseUrl="postgres://db/app" />);
    assert.throws(way({ schema }), { code: 'browser_database_url_blocked' });
    assert.throws(way({ client }), { code: 'browser_database_url_blocked' });
    assert.throws(() => renderToString(<AbloProvider schema={schema} apiKey="sk_test_x" />), {
      code: 'browser_apikey_blocked',
    });
  } finally {
    delete (globalThis as Record<string, unknown>)['window'];
  }
  assert.throws(() => renderToString(<AbloProvider />), { code: 'invalid_options' });
});

test('the entry says that it is for clients', () => {
  assert.match(readFileSync(new URL(import.meta.resolve('@abloatai/ablo/react')), 'utf8'), /^['"]use client['"]/);
});
