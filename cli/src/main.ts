// SPDX-License-Identifier: MIT
//
// The command line, `ablo <command>`. Commands are loaded when they are named. Whatever goes wrong ends here: it is
// said as code, sentence and next step, and the exit code is 1.
import { defineCommand } from 'citty';
import { version } from '../../package.json';
import { locate, run, usage } from './command';
import { loadEnv } from './env';
import { sayFailure } from './terminal';

const ablo = defineCommand({
  meta: { name: 'ablo', version, description: 'The transaction layer between people, agents and the rows they share' },
  subCommands: {
    dev: () => import('./commands/dev').then(({ dev }) => dev),
    serve: () => import('./commands/serve').then(({ serve }) => serve),
    push: () => import('./commands/push').then(({ push }) => push),
    check: () => import('./commands/check').then(({ check }) => check),
    keys: () => import('./commands/keys').then(({ keys }) => keys),
    logs: () => import('./commands/logs').then(({ logs }) => logs),
    status: () => import('./commands/status').then(({ status }) => status),
  },
});

async function main(args: string[]): Promise<void> {
  if (args[0] === '--version') return void process.stdout.write(`${version}\n`);
  loadEnv();
  const located = await locate(ablo, args);
  const help = !located.command.run || args.includes('--help') || args.includes('-h');
  if (help) process.stdout.write(`${await usage(located)}\n`);
  else await run(located);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  sayFailure(error);
  process.exitCode = 1;
});
