// SPDX-License-Identifier: MIT
//
// The command line as people start it: dist/cli.js in a process of its own, in a project of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port';
import { startPostgres, type PostgresCluster } from '../support/postgres';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export class Run {
  stdout = '';
  stderr = '';
  readonly exit: Promise<number | null>;
  readonly #process: ChildProcess;

  constructor(args: string[], cwd: string, env: Record<string, string> = {}) {
    const { DATABASE_URL: _, ABLO_API_KEY: __, ABLO_URL: ___, ...inherited } = process.env;
    this.#process = spawn(process.execPath, [cli, ...args], { cwd, env: { ...inherited, NO_COLOR: '1', ...env } });
    this.#process.stdout!.on('data', (text) => (this.stdout += text));
    this.#process.stderr!.on('data', (text) => (this.stderr += text));
    this.exit = new Promise((resolve) => this.#process.on('close', resolve));
  }

  /** Waits until the output matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout + this.stderr);
      if (found) return found;
      const ended = await Promise.race([this.exit.then(() => true), pause(20, false)]);
      if (!ended) continue;
      const last = pattern.exec(this.stdout + this.stderr);
      if (last) return last;
      throw new Error(`ended without saying ${pattern}\n${this.stdout}${this.stderr}`);
    }
  }

  stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.#process.kill(signal);
    return this.exit;
  }
}

/** An empty project. What was started in it is ended, and it is removed, by `remove`. */
export class Project {
  readonly #runs: Run[] = [];
  private constructor(readonly directory: string) {}

  static async create(files: Record<string, string> = {}): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'ablo-cli-')));
    for (const [path, text] of Object.entries(files)) await project.write(path, text);
    return project;
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  ablo(args: string[], env?: Record<string, string>): Run {
    const run = new Run(args, this.directory, env);
    this.#runs.push(run);
    return run;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.stop('SIGKILL')));
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function schemaWith(field: string): string {
  return `import { defineSchema, model, z } from '@abloatai/ablo/schema';
export const schema = defineSchema({ tasks: model({ title: z.string(), ${field}: z.string().optional() }) });
`;
}

/** A project with a schema of tasks, a Postgres of its own, and the address its server is to have. */
export class PostgresProject {
  private constructor(
    readonly postgres: PostgresCluster,
    readonly project: Project,
    readonly env: Record<string, string>,
  ) {}

  static async create(): Promise<PostgresProject> {
    const postgres = await startPostgres();
    const project = await Project.create({ 'ablo/schema.ts': schemaWith('note') });
    const env = { DATABASE_URL: postgres.url, ABLO_URL: `http://127.0.0.1:${await freePort()}` };
    return new PostgresProject(postgres, project, env);
  }

  /** A server that listens. */
  async serve(): Promise<Run> {
    const { hostname, port } = new URL(this.env['ABLO_URL']!);
    const serve = this.project.ablo(['serve', '--host', hostname, '--port', port], this.env);
    await serve.says(/listens on/);
    return serve;
  }

  /** A command, to its end. */
  async ablo(...args: string[]): Promise<{ code: number | null; said: string }> {
    const run = this.project.ablo(args, this.env);
    return { code: await run.exit, said: run.stdout + run.stderr };
  }

  /** Whatever comes now is let in. */
  async makeKey(): Promise<void> {
    const { said } = await this.ablo('keys', 'create', '--name', 'first', '--json');
    this.env['ABLO_API_KEY'] = (JSON.parse(said) as { token: string }).token;
  }

  async remove(): Promise<void> {
    await this.project.remove();
    await this.postgres.stop();
  }
}
