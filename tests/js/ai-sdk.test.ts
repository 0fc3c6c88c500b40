// SPDX-License-Identifier: MIT
//
// abloTools() in the AI SDK's own loop: the language model is scripted, everything behind it is real.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { generateText, isStepCount, type ToolSet } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import Ablo from '@abloatai/ablo';
import { abloTools } from '@abloatai/ablo/ai-sdk';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer, type TestServer } from '@abloatai/ablo/testing';

const schema = defineSchema({
  tasks: model({
    title: z.string(),
    status: z._default(z.enum(['todo', 'done']), 'todo'),
    dueAt: z.optional(z.date()),
    meta: z.optional(z.json()),
    updatedAt: z.string(),
  }),
  days: model({ name: z.string() }, {}, { mutable: false }),
});

let server: TestServer;
before(async () => void (server = await testServer({ schema })));
after(() => server.close());

function connect(agentId: string) {
  const ablo = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, agentId, logger: { debug() {}, info() {}, warn() {}, error() {} } });
  after(() => ablo.dispose());
  return ablo;
}

type Step = (answers: any[]) => { toolName: string; input: object } | Promise<{ toolName: string; input: object }>;

/** A language model that makes these calls, one after the other, and sees the answers. Returns what it was answered. */
async function play(tools: ToolSet, ...steps: Step[]): Promise<any[]> {
  const answers: any[] = [];
  let told: any;
  const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } };
  const model = new MockLanguageModelV4({
    doGenerate: async ({ prompt, tools }: any) => {
      told = tools;
      const last = prompt.at(-1);
      if (last.role === 'tool') answers.push(last.content[0].output);
      const call = await steps[answers.length]?.(answers);
      const content = call
        ? [{ type: 'tool-call' as const, toolCallId: `call_${answers.length}`, toolName: call.toolName, input: JSON.stringify(call.input) }]
        : [{ type: 'text' as const, text: 'done' }];
      return { content, finishReason: { unified: call ? 'tool-calls' as const : 'stop' as const, raw: undefined }, usage, warnings: [] };
    },
  });
  await generateText({ model, tools, prompt: 'Do it.', stopWhen: isStepCount(20) });
  return Object.assign(answers, { told });
}

test('an agent creates, reads, updates and deletes by tools, and everybody else sees it', async () => {
  const [agent, other] = [connect('agent'), connect('other')];
  const { createTasks, readTasks, updateTasks, deleteTasks } = abloTools(agent);
  const answers = await play(
    { createTasks, readTasks, updateTasks, deleteTasks },
    () => ({ toolName: 'createTasks', input: { data: { title: 'Call', dueAt: '2026-01-02T03:04:05.000Z', meta: { a: [1] } } } }),
    ([created]) => ({ toolName: 'updateTasks', input: { id: created.value.row.id, data: { status: 'done' } } }),
    () => ({ toolName: 'readTasks', input: { where: { status: 'done' } } }),
    async ([created]) => {
      assert.equal((await other.tasks.retrieve({ id: created.value.row.id }))?.status, 'done');
      return { toolName: 'deleteTasks', input: { id: created.value.row.id } };
    },
    ([created]) => ({ toolName: 'readTasks', input: { id: created.value.row.id } }),
  );
  const [created, updated, read, deleted, gone] = answers.map(({ type, value }) => (assert.equal(type, 'json', value), value));
  assert.deepEqual([created.row.status, created.row.dueAt, created.row.meta], ['todo', '2026-01-02T03:04:05.000Z', { a: [1] }]);
  assert.equal(updated.row.status, 'done');
  assert.deepEqual(read.rows, [updated.row]);
  assert.deepEqual(deleted, { deleted: created.row.id });
  assert.deepEqual(gone.rows, []);
});

test('an update decided by what has changed since is refused, and goes through after reading again', async () => {
  const [agent, person] = [connect('agent'), connect('person')];
  const task = await person.tasks.create({ title: 'Report' });
  const { id } = task;
  const read = () => ({ toolName: 'readTasks', input: { id } });
  const update = () => ({ toolName: 'updateTasks', input: { id, data: { title: 'Report, by the agent' } } });
  const answers = await play(
    abloTools(agent),
    read,
    async () => {
      await person.tasks.update(id, { title: 'Report, by a person' });
      return update();
    },
    ([, refused]) => {
      assert.equal(refused.type, 'error-text');
      assert.match(refused.value, /changed after it was read\. Read it again/);
      return read();
    },
    update,
    update,
  );
  assert.equal(answers[2].value.rows[0].title, 'Report, by a person');
  assert.deepEqual(answers.slice(3).map(({ type }) => type), ['json', 'json'], 'and its own write does not make the next one stale');
});

test('a row that somebody holds is left alone, and the model is told so', async () => {
  const [agent, person] = [connect('agent'), connect('person')];
  const { id } = await person.tasks.create({ title: 'Held' });
  const held = await person.tasks.claim({ id });
  const [refused] = await play(abloTools(agent), () => ({ toolName: 'updateTasks', input: { id, data: { title: 'Taken' } } }));
  assert.match(refused.value, /Somebody else holds this row/);
  await held.release();
  assert.equal((await person.tasks.retrieve({ id }))?.title, 'Held');
});

test('under a claim of its own a whole run is undisturbed', async () => {
  const [agent, person] = [connect('agent'), connect('person')];
  const { id } = await person.tasks.create({ title: 'Mine' });
  const claim = await agent.tasks.claim({ id });
  await assert.rejects(person.tasks.update(id, { title: 'Theirs' }), { code: 'entity_claimed' });
  const answers = await play(abloTools(agent), () => ({ toolName: 'updateTasks', input: { id, data: { title: 'Done' } } }));
  assert.equal(answers[0].value.row.title, 'Done');
  await claim.release();
});

test('the model is told which fields there are, and a value of the wrong kind comes back by name', async () => {
  const answers: any = await play(
    abloTools(connect('agent')),
    () => ({ toolName: 'createTasks', input: { data: { title: 7 } } }),
    () => ({ toolName: 'createTasks', input: { data: { title: 'x', colour: 'red' } } }),
    () => ({ toolName: 'updateTasks', input: { id: 'nobody', data: { title: 'x' } } }),
  );
  assert.deepEqual(answers.map(({ type }: any) => type), ['error-text', 'error-text', 'error-text']);
  for (const [at, said] of [/title/, /colour/, /no such row/].entries()) assert.match(answers[at].value, said);
  const { inputSchema, description } = answers.told.find(({ name }: any) => name === 'createTasks');
  assert.deepEqual(inputSchema.properties.data.required, ['title']);
  assert.deepEqual(inputSchema.properties.data.properties.status, { type: 'string', enum: ['todo', 'done'] });
  assert.deepEqual(Object.keys(inputSchema.properties.data.properties), ['title', 'status', 'dueAt', 'meta']);
  assert.match(description, /tasks/);
});

test('a model that nobody may write to has only a tool to read it', () => {
  assert.deepEqual(Object.keys(abloTools(connect('agent'))), ['readTasks', 'createTasks', 'updateTasks', 'deleteTasks', 'readDays']);
});
