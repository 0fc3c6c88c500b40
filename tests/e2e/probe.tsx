// SPDX-License-Identifier: MIT
//
// A page for react.test.tsx: one component for each way of reading, each counting how often it was rendered. The
// address says how it is set up: `?form=schema|client`, `&strict`, `&token=…`, `&url=…`, `&id=…`.

import { Activity, StrictMode, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Ablo, type ClaimHandle } from '@abloatai/ablo';
import { AbloProvider, useAblo, useSyncStatus } from '@abloatai/ablo/react';
import { schema } from '../../examples/task-board/ablo.schema';

const ask = new URLSearchParams(location.search);
const address = { baseURL: ask.get('url')!, authToken: ask.get('token')! };

declare global {
  interface Window {
    renders: Record<string, number>;
    client: Ablo<typeof schema> | null;
    /** What a test had this page ask for. */
    claim?: Promise<ClaimHandle<{ id: string }>>;
    show(mode: 'visible' | 'hidden'): void;
    unmount(): void;
  }
}
window.renders = {};

/** Shows a value, and counts that it was rendered. */
function Shown({ as, value }: { as: string; value: ReactNode }) {
  window.renders[as] = (window.renders[as] ?? 0) + 1;
  return <output data-testid={as}>{value}</output>;
}

function Row({ id }: { id: string }) {
  const task = useAblo((ablo) => ablo.tasks.retrieve(id)) ?? { title: 'from the server' };
  return Shown({ as: 'row', value: task.title });
}

function List() {
  const tasks = useAblo((ablo) => ablo.tasks.getAll({ where: { status: 'todo' }, orderBy: { title: 'asc' } })) ?? [];
  return Shown({ as: 'list', value: tasks.map(({ title }) => title).join(', ') });
}

/** A new array at each call. */
function Titles() {
  const titles = useAblo((ablo) => ablo.tasks.getAll({ orderBy: { title: 'asc' } }).map(({ title }) => title)) ?? [];
  return Shown({ as: 'titles', value: titles.join(', ') });
}

function Count() {
  const count = useAblo((ablo) => ablo.tasks.getCount({ where: { status: 'done' } }));
  return Shown({ as: 'count', value: String(count) });
}

function Claims({ id }: { id: string }) {
  const intents = useAblo((ablo) => ablo.intents.list({ resource: 'tasks', id })) ?? [];
  return Shown({ as: 'claims', value: intents.map(({ heldBy, action }) => `${heldBy} ${action}`).join(', ') });
}

function Holder({ id }: { id: string }) {
  const state = useAblo((ablo) => ablo.tasks.claim.state({ id }));
  return Shown({ as: 'holder', value: state?.heldBy ?? 'nobody' });
}

function Line({ id }: { id: string }) {
  const state = useAblo((ablo) => ablo.tasks.claim.state({ id }));
  return Shown({ as: 'line', value: state ? [state, ...state.queue].map(({ heldBy }) => heldBy).join(' < ') : 'nobody' });
}

function Client() {
  window.client = useAblo() as typeof window.client;
  return Shown({ as: 'client', value: window.client ? 'here' : 'not yet' });
}

function Status() {
  return Shown({ as: 'status', value: useSyncStatus().name });
}

/** Which row is read follows the props, and a filter the state around it. */
function Page() {
  const [id, setId] = useState(ask.get('id')!);
  return (
    <>
      <input data-testid="id" value={id} onChange={(event) => setId(event.target.value)} />
      <Row id={id} />
      <List />
      <Titles />
      <Count />
      <Claims id={id} />
      <Holder id={id} />
      <Line id={id} />
      <Client />
      <Status />
    </>
  );
}

function Provided() {
  const [client] = useState(() => (ask.get('form') === 'client' ? Ablo({ schema, ...address }) : undefined));
  const page = <Page />;
  return client ? (
    <AbloProvider client={client}>
      {page}
    </AbloProvider>
  ) : (
    <AbloProvider schema={schema} {...address}>
      {page}
    </AbloProvider>
  );
}

function App() {
  const [mode, show] = useState<'visible' | 'hidden'>('visible');
  window.show = show;
  return <Activity mode={mode}><Provided /></Activity>;
}

const root = createRoot(document.getElementById('root')!);
window.unmount = () => root.unmount();
root.render(ask.has('strict') ? <StrictMode><App /></StrictMode> : <App />);
