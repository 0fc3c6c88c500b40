// SPDX-License-Identifier: MIT
//
// A page of the documentation as an application: every block of code that begins with a file's name becomes that file.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

export interface Page {
  text: string;
  directory: string;
  /** Names as the page has them. */
  files: string[];
  /** How many blocks of TypeScript there are, named or not. */
  blocks: number;
  path(file: string): string;
  /** Something the application has already. */
  add(file: string, code: string): Promise<void>;
  run(file: string, environment: Record<string, string>): Promise<string>;
  /** What tsc says: nothing, if all is well. */
  typeErrors(): Promise<string>;
  remove(): Promise<void>;
}

export async function openPage(name: string): Promise<Page> {
  const text = await readFile(join(root, name), 'utf8');
  // Inside the repository, so that the package resolves to itself.
  await mkdir(join(root, 'build'), { recursive: true });
  const directory = await mkdtemp(join(root, 'build', 'page-'));
  const path = (file: string) => join(directory, file);
  const add = async (file: string, code: string) => {
    await mkdir(dirname(path(file)), { recursive: true });
    await writeFile(path(file), code);
  };
  const named = [...text.matchAll(/```tsx?\n(?:\/\/ (\S+)\n)([\s\S]*?)```/g)];
  for (const [, file, code] of named) await add(file!, code!);
  return {
    text,
    directory,
    files: named.map(([, file]) => file!),
    blocks: [...text.matchAll(/```tsx?\n/g)].length,
    path,
    add,
    async run(file, environment) {
      const env = { ...process.env, ...environment };
      const { stdout } = await execute(process.execPath, ['--import', 'tsx', path(file)], { cwd: root, env, timeout: 60_000 });
      return stdout;
    },
    async typeErrors() {
      const options = { noEmit: true, emitDeclarationOnly: false, declaration: false, outDir: 'out', rootDir: '../..' };
      await add('tsconfig.json', JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: options, include: ['**/*'] }));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      return execute(process.execPath, [tsc, '-p', directory], { cwd: root, timeout: 120_000 }).then(
        () => '',
        (failure: { stdout: string }) => failure.stdout,
      );
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
