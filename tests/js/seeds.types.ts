// SPDX-License-Identifier: MIT
//
// The code of the guides, and what the types must refuse. Never run: types.test.ts has tsc check it.
import Ablo, { AbloBusyError, AbloClaimedError, type Duration, type Intent } from '@abloatai/ablo';
import { AbloProvider, createAbloReact, useAblo } from '@abloatai/ablo/react';
import { defineSchema, field, model, relation, z, type InferCreate, type Model } from '@abloatai/ablo/schema';

export const schema = defineSchema({
  tasks: model({
    id: z.string(),
    title: z.string(),
    status: z.enum(['todo', 'doing', 'done']),
    updatedAt: z.string(),
  }),
  notes: model(
    {
      taskId: z.string(),
      text: z.string().default(''),
      price: z.number().optional(),
      due: z.date().nullable().default(null),
      place: field.json({ x: z.number() }).optional(),
      slug: field.string().indexed(),
    },
    { task: relation.belongsTo('tasks', 'taskId') },
  ),
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T => true as T;

type Task = Model<typeof schema, 'tasks'>;
type Note = Model<typeof schema, 'notes'>;
holds<Equal<Task['updatedAt'], string>>();
holds<Equal<Task['createdAt'], Date>>();
holds<Equal<Task['status'], 'todo' | 'doing' | 'done'>>();
holds<Equal<Note['updatedAt'], Date>>();
holds<Equal<Note['price'], number | undefined>>();
holds<Equal<Note['due'], Date | null>>();
holds<Equal<Note['place'], { x: number } | undefined>>();

const ablo = Ablo({ schema, apiKey: process.env['ABLO_API_KEY'] });
export const direct = Ablo({ schema, apiKey: process.env['ABLO_API_KEY'], databaseUrl: process.env['DATABASE_URL'] });
declare const taskId: string;

export async function theGuide(): Promise<void> {
  const [task] = await ablo.tasks.load({ where: { id: taskId } });
  const snap = ablo.snapshot({ tasks: taskId });
  await ablo.tasks.update(taskId, { status: 'done' }, { readAt: snap.stamp, onStale: 'reject', wait: 'confirmed' });
  holds<Equal<typeof task, Task>>();
  const captured = snap.tasks[taskId];
  holds<Equal<typeof captured, Task>>();

  const local = ablo.tasks.retrieve(taskId);
  const fetched = await ablo.tasks.retrieve({ id: taskId });
  holds<Equal<typeof local, Task | undefined>>();
  holds<Equal<typeof fetched, Task | undefined>>();

  await ablo.tasks.create({ title: 'a', status: 'todo' });
  await ablo.tasks.create({ data: { title: 'a', status: 'todo' }, id: 't2', wait: 'queued', timeout: '30s' });
  await ablo.tasks.update({ id: taskId, data: { title: 'b' }, claim: { action: 'renaming', ttl: 30 } });
  await ablo.tasks.delete(taskId, { idempotencyKey: 'k' });
  await ablo.tasks.delete({ id: taskId });
  await ablo.notes.update('n', { price: null, due: null, place: null });

  await using claim = await ablo.tasks.claim({ id: taskId, action: 'summarizing', ttl: '3m', maxQueueDepth: 2 });
  holds<Equal<typeof claim.data, Task>>();
  await ablo.tasks.update(taskId, { status: 'doing' }, { claim });
  await ablo.tasks.claim(taskId, async (held) => held.data.title.length);
  const waiting: readonly Intent[] = ablo.tasks.claim.queue({ id: taskId }).data;
  const holder: string | undefined = ablo.tasks.claim.state({ id: taskId })?.heldBy ?? waiting[0]?.heldBy;
  await ablo.tasks.claim.release({ id: taskId });

  const rows = ablo.notes.getAll({
    where: [['price', '>=', 3]],
    orderBy: { price: 'desc' },
    filter: (note) => note.text !== holder,
  });
  holds<Equal<typeof rows, readonly Note[]>>();
  const session = await ablo.sessions.create({ user: { id: 'ada' }, ttlSeconds: 300 });
  session.token.trim();
  await ablo.commits.create({ operations: [{ action: 'delete', model: 'tasks', id: taskId }] });
}

export async function whatIsRefused(): Promise<void> {
  // @ts-expect-error: not one of the values
  await ablo.tasks.update(taskId, { status: 'later' });
  // @ts-expect-error: no such field
  await ablo.tasks.update(taskId, { titel: 'x' });
  // @ts-expect-error: a required field is missing
  await ablo.tasks.create({ title: 'x' });
  // @ts-expect-error: no such model
  await ablo.task.load();
  // @ts-expect-error: a required field cannot be emptied
  await ablo.tasks.update(taskId, { title: null });
  // @ts-expect-error: base fields are the database's
  await ablo.notes.create({ taskId, slug: 's', createdAt: new Date() });
  // @ts-expect-error: a value of another type
  ablo.notes.getAll({ where: { price: 'three' } });
  // @ts-expect-error: a row is not written to
  (await ablo.tasks.load())[0]!.title = 'x';
  // @ts-expect-error: not an option
  await ablo.tasks.delete(taskId, { wait: 'maybe' });
  // @ts-expect-error: no such model in a snapshot
  ablo.snapshot({ task: taskId });
  // @ts-expect-error: no unit
  const duration: Duration = '30x';
  console.log(duration);
}

// What does not know the schema: rows are whatever they are, and still usable.
export function TaskRow({ task: serverTask }: { task: Task }): string {
  const task = useAblo((ablo) => ablo.tasks.retrieve(serverTask.id)) ?? serverTask;
  const intents = useAblo((ablo) => ablo.intents.list({ resource: 'tasks', id: serverTask.id })) ?? [];
  const titles = useAblo((ablo) => ablo.tasks.getAll({ where: { status: 'todo' } }).map((row) => row.title)) ?? [];
  const client = useAblo();
  void client?.tasks.update(serverTask.id, { status: 'done' });
  return intents.length > 0 ? 'Someone is editing' : task.title + titles.length;
}

const typed = createAbloReact(schema);
export function TypedRow(): string | undefined {
  const status = typed.useAblo((ablo) => ablo.tasks.retrieve(taskId)?.status);
  holds<Equal<typeof status, Task['status'] | undefined>>();
  return status;
}

const create: InferCreate<typeof schema, 'notes'> = { taskId, slug: 's' };
export const all = [AbloProvider, create, AbloBusyError === AbloClaimedError];
