// SPDX-License-Identifier: MIT
//
// One client of the published package with the test in the server's place: what it wrote is confirmed or refused, and what
// others write arrives, when the test says so.
import Ablo, { type AbloOptions } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { ScriptedLine, turn, type SentFrame } from './scripted-socket';
import { ScriptedServer, type Row } from './scripted-server';
import { until } from './until';

export const schema = defineSchema({ tasks: model({ title: z.string(), count: z.number().optional() }) });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const task = (id: string): Row => ({ id, title: 'one', count: 0, createdBy: 'ben', organizationId: 'acme' });

export class Stage implements AsyncDisposable {
  readonly server = new ScriptedServer();
  readonly #line = new ScriptedLine();
  readonly ablo;
  #heard = 0;

  /** The tasks t1 and t2, with a count of 0, are there before anybody writes: the log is at 0. */
  static async open(options: AbloOptions<typeof schema> = {}): Promise<Stage> {
    const stage = new Stage(options);
    for (const id of ['t1', 't2']) stage.server.put('tasks', task(id));
    stage.ablo.ready().catch(() => {});
    await stage.#line.called();
    stage.#line.open();
    stage.#line.say(stage.server.welcome('load'));
    stage.#line.say(stage.server.loaded(options.bootstrap !== 'none'));
    await turn();
    return stage;
  }

  private constructor(options: AbloOptions<typeof schema>) {
    const { WebSocket } = this.#line;
    const fixed = { schema, apiKey: null, baseURL: 'http://scripted.invalid', bootstrap: 'full', logger: quiet, WebSocket } as const;
    this.ablo = Ablo({ ...fixed, ...options });
  }

  /** The next frame of this type that the client has sent, or sends. */
  async next(type = 'commit'): Promise<SentFrame> {
    const at = await until(`the client sends a ${type}`, () => 1 + this.#line.sent.findIndex((frame, i) => i >= this.#heard && frame.type === type));
    this.#heard = at;
    return this.#line.sent[at - 1]!;
  }

  /** Whether it has sent no further commit. */
  get silent(): boolean {
    return !this.#line.sent.slice(this.#heard).some(({ type }) => type === 'commit');
  }

  /** Somebody else writes t1, or another task; the client hears of it, unless it is held back. */
  async others(data: Row | null, { id = 't1', hold = false } = {}): Promise<void> {
    this.server.write([data ? { op: 'update', model: 'tasks', id, data } : { op: 'delete', model: 'tasks', id }]);
    if (!hold) await this.deliver();
  }

  deliver(): Promise<void> {
    return this.say(this.server.changes());
  }

  async confirm({ operations, key }: SentFrame): Promise<void> {
    this.server.write(operations, this.#line.sent.find(({ type }) => type === 'hello')!['session'], key);
    await this.deliver();
  }

  /** As the server does: with what has changed, up to the end of its log. */
  refuse({ key, attempt }: SentFrame, code = 'stale_context'): Promise<void> {
    const conflicts = [{ model: 'tasks', id: 't1', fields: ['count'], seq: this.server.head, actor: { kind: 'user', id: 'ben' } }];
    const error = { code, message: 'm', readAt: 0, conflicts };
    return this.say({ type: 'receipt', key, attempt, status: 'rejected', error });
  }

  async say(frame: object): Promise<void> {
    this.#line.say(frame);
    await turn();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.ablo.dispose();
  }
}
