// SPDX-License-Identifier: MIT
//
// Ablo as an app uses it: Ablo(), onChange(), update(). The server is a WebSocket class that plays its part of
// docs/internals/wire.md, so what is timed is all that a user waits for: a frame comes in, the core applies it, listeners
// get row objects. The frames are made before the clock starts, as the peers get their rows as objects.
import Ablo from '@abloatai/ablo';
import { defineSchema, field, model } from '@abloatai/ablo/schema';
import { statuses } from './rows.mjs';

/** Of queries and rows that nobody uses nothing is left after three looks, 5 s apart. */
export const meta = { name: 'Ablo', syncRead: true, forgetsAfter: 15_500 };

const schema = defineSchema({
  tasks: model({
    id: field.id(),
    title: field.string(),
    status: field.enum(statuses),
    assignee: field.string(),
    priority: field.number(),
    estimate: field.number(),
    openedAt: field.number(),
    movedAt: field.number(),
    done: field.boolean(),
    projectId: field.string().indexed(),
  }),
});

/** The server's half of the conversation, as far as the bench needs it. */
class Server {
  seq = 0;
  #keys = 0;

  /** For Ablo(): every socket it opens is answered here. */
  get WebSocket() {
    const server = this;
    return class {
      constructor() {
        server.socket = this;
        setTimeout(() => this.onopen());
      }
      send(text) {
        if (text.startsWith('{"type":"hello"')) setTimeout(() => server.#welcome(JSON.parse(text)));
        else if (text === '{"type":"ping"}') setTimeout(() => server.deliver(['{"type":"pong"}']));
      }
      close() {}
    };
  }

  deliver(frames) {
    for (const data of frames) this.socket.onmessage({ data });
  }

  /** Each frame is an event of its own. */
  async deliverInTurn(frames) {
    for (const data of frames) {
      this.socket.onmessage({ data });
      await null;
    }
  }

  key() {
    return `key ${++this.#keys}`;
  }

  loaded(models, blocks) {
    return JSON.stringify({ type: 'loaded', seq: this.seq, epoch: 'bench', models, blocks, claims: [] });
  }

  /** The workspace as the server sends a large one: in blocks, which are those of an image of the same rows. */
  async loadFrames(rows) {
    const { manifest, parts } = await imageOf(rows);
    const names = Object.values(JSON.parse(manifest).models).flat();
    return [...parts.map(({ buffer }) => buffer), this.loaded({}, names)];
  }

  changesFrame(changes, own = {}) {
    const from = this.seq;
    const entries = changes.map(({ id, patch, row }) => ({
      seq: ++this.seq,
      kind: 'row',
      model: 'tasks',
      id,
      op: 'update',
      row,
      fields: Object.keys(patch),
      actor: { kind: 'user', id: 'bench' },
      at: row.movedAt,
      ...own,
    }));
    return JSON.stringify({ type: 'changes', from, to: this.seq, changes: entries });
  }

  confirmFrames(key, change) {
    const receipt = { type: 'receipt', key, attempt: 1, status: 'confirmed', seq: this.seq + 1 };
    return [JSON.stringify(receipt), this.changesFrame([change], { key, session: this.session })];
  }

  rejectFrames(key) {
    const error = { code: 'permission_denied', message: 'The bench takes it back.' };
    return [JSON.stringify({ type: 'receipt', key, attempt: 1, status: 'rejected', error })];
  }

  #welcome({ session }) {
    this.session = session;
    const actor = { kind: 'user', id: 'bench' };
    const welcome = { type: 'welcome', organization: 'bench', actor, epoch: 'bench', seq: 0, start: 'load' };
    this.deliverInTurn([JSON.stringify({ ...welcome, now: Date.now() }), this.loaded({ tasks: [] })]);
  }
}

export const queryOf = ({ status, minPriority, projectId, limit }) => ({
  where: [
    ['status', '=', status],
    ['priority', '>=', minPriority],
    ...(projectId === undefined ? [] : [['projectId', '=', projectId]]),
  ],
  orderBy: { movedAt: 'desc' },
  limit,
});

/** An image of a store with those rows, made by a client of its own that takes them a few at a time. */
export async function imageOf(rows) {
  let image;
  const keep = { load: async () => undefined, save: async (manifest, parts) => (image = { manifest, parts: [...parts.values()] }) };
  const { server, ablo } = await connect({ persistence: keep });
  for (let i = 0; i < rows.length; i += 2_000)
    server.deliver([server.changesFrame(rows.slice(i, i + 2_000).map((row) => ({ id: row.id, patch: row, row })))]);
  await ablo.dispose();
  await new Promise((resolve) => setTimeout(resolve));
  return image;
}

/** A client that begins with an image, and reads before it has connected. */
export async function restore(image) {
  const stored = { load: async () => image, save: async () => {} };
  const ablo = Ablo({ ...offline, persistence: stored });
  await new Promise((resolve) => {
    ablo.tasks.onChange((rows) => rows.length > 0 && resolve(), { limit: 1 });
  });
  return { get: (id) => ablo.tasks.get(id), close: () => ablo.dispose() };
}

const options = {
  schema,
  baseURL: 'http://127.0.0.1:9',
  authToken: 'bench',
  bootstrap: 'full',
  defaultWait: 'queued',
  logger: { debug() {}, info() {}, warn: console.error, error() {} },
};

/** Nobody answers. */
export const offline = { ...options, WebSocket: class { send() {} close() {} } };

async function connect(more = {}) {
  const server = new Server();
  const ablo = Ablo({ ...options, WebSocket: server.WebSocket, ...more });
  await ablo.ready();
  return { server, ablo };
}

export async function create() {
  const { server, ablo } = await connect();
  const { tasks } = ablo;
  return {
    incoming: {
      load: (rows) => server.loadFrames(rows),
      changes: (changes) => [server.changesFrame(changes)],
      confirm: (key, change) => server.confirmFrames(key, change),
      rollback: (key) => server.rejectFrames(key),
    },
    load: (frames) => server.deliver(frames),
    saveImage: imageOf,
    get: (id) => tasks.get(id),
    live: (query, tell) => ({ unsubscribe: tasks.onChange(tell, queryOf(query)) }),
    liveCount: ({ limit: _, ...query }, tell) => ({ unsubscribe: tasks.onCount(tell, { where: queryOf(query).where }) }),
    apply: (frames) => server.deliver(frames),
    optimistic(id, patch) {
      const key = server.key();
      tasks.update(id, patch, { wait: 'queued', idempotencyKey: key });
      return key;
    },
    confirm: (_key, frames) => server.deliverInTurn(frames),
    rollback: (_key, frames) => server.deliver(frames),
    close: () => ablo.dispose(),
  };
}
