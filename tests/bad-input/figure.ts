// SPDX-License-Identifier: MIT
//
// One run: a server is fed with every case, one after the other, while somebody uses it as one should. What is found wrong
// is said as it is found; what the server used is measured from inside of it.
import { Ablo } from '@abloatai/ablo';
import { casesOf } from './cases';
import { say, type Case } from './probe';
import { schema, startServer, type FedServer } from './server';

export const bounds = { wrong: 0, unnamed: 0, crashes: 0, rss_growth_mib: 32, stall_ms: 50 };

export interface Figure {
  figure: 'bad-input';
  holds: boolean;
  values: { cases: number } & typeof bounds;
  bounds: typeof bounds;
}

const kWarmUp = 200;

export async function feed(options: { cases: number; seed: number }, tell: (line: string) => void): Promise<Figure> {
  const server = await startServer();
  try {
    return await fed(server, casesOf(options.seed, options.cases), options.seed, tell);
  } finally {
    await server.stop();
  }
}

async function fed(server: FedServer, cases: Case[], seed: number, tell: (line: string) => void): Promise<Figure> {
  const values = { cases: cases.length, wrong: 0, unnamed: 0, crashes: 0, rss_growth_mib: 0, stall_ms: 0 };
  const judge = (one: Case, came: string) => {
    if (came === one.expect) return;
    if (/^[a-z_]+$/.test(came) && came !== 'internal_error' && came !== 'unnamed') values.wrong++;
    else values.unnamed++;
    tell(`${one.name}: it should be ${one.expect} and was ${came}`);
  };
  const user = new User(server);
  await user.isBusy();
  // What every server comes to use: code that is compiled, room for young objects, memory kept for the next large message.
  const warm = casesOf(seed + 1, kWarmUp).filter(({ slow }) => !slow);
  for (const one of warm) await one.run(server);
  await Promise.all(Array.from({ length: 50 }, () => say(server, '{"type":"ping"}')));
  const before = await server.vitals(true);

  const slow = cases.filter((one) => one.slow).map(async (one) => judge(one, await one.run(server)));
  for (const [i, one] of cases.entries()) {
    if (!one.slow) judge(one, await one.run(server).catch((error: Error) => `failed: ${error.message}`));
    if (i % 50 === 0) await user.works();
    if (server.alive()) continue;
    values.crashes++;
    tell(`${one.name}: the server ended`);
    break;
  }
  await Promise.all(slow);
  if (server.alive()) {
    await user.works();
    const after = await server.vitals();
    values.stall_ms = Math.round(after.stall * 10) / 10;
    values.rss_growth_mib = Math.round((after.rss - before.rss) / 1024 / 102.4) / 10;
  }
  await user.leaves();
  for (const line of server.log().split('\n')) {
    if (line.includes(server.key.slice(12))) values.wrong++, tell(`a secret in the log: ${line.slice(0, 200)}`);
    if (/"level":[56]0/.test(line)) values.unnamed++, tell(`in the log: ${line.slice(0, 300)}`);
  }
  const holds = Object.entries(bounds).every(([name, bound]) => values[name as keyof typeof bounds] <= bound);
  return { figure: 'bad-input', holds, values, bounds };
}

/** Somebody who uses the server as one should. */
class User {
  readonly #ablo;
  #title = 0;

  constructor(private readonly server: FedServer) {
    this.#ablo = Ablo({ schema, apiKey: server.key, baseURL: server.url, logLevel: 'silent' });
  }

  async works(): Promise<void> {
    await this.#ablo.ready();
    const title = `title ${++this.#title}`;
    const { id } = await this.#ablo.tasks.create({ data: { title, status: 'todo' }, wait: 'confirmed' });
    const row = await this.#ablo.tasks.retrieve({ id });
    if (row?.title !== title) throw new Error('somebody who did nothing wrong was not served');
  }

  /** What a server has to do on any day. */
  async isBusy(): Promise<void> {
    await this.works();
    for (let round = 0; round < 10; round++) {
      const titles = Array.from({ length: 200 }, (_, i) => `${round}.${i} ${'x'.repeat(1_000)}`);
      await Promise.all(titles.map((title) => this.#ablo.tasks.create({ data: { title, status: 'todo' }, wait: 'confirmed' })));
      const headers = { authorization: `Bearer ${this.server.key}` };
      await Promise.all(titles.slice(0, 50).map(async () => (await fetch(`${this.server.url}/api/schema`, { headers })).text()));
    }
  }

  leaves(): Promise<void> {
    return this.#ablo.dispose();
  }
}
