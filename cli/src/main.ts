// SPDX-License-Identifier: MIT
//
// The command line, `ablo <command>`. Commands are loaded when they are named. Whatever goes wrong ends here: it is said as
// code, sentence and next step, and the exit code is 1.
import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage, runCommand } from 'citty';
import { version } from '../../package.json';
import { locate } from './command';
import { loadEnv } from './env';
import { paint, sayFailure } from './terminal';

const ablo = defineCommand({
  meta: { name: 'ablo', version, description: 'The transaction layer between people, AI agents and the rows they share' },
  subCommands: {
    dev: () => import('./commands/dev').then(({ dev }) => dev),
    serve: () => import('./commands/serve').then(({ serve }) => serve),
    push: () => import('./commands/push').then(({ push }) => push),
    keys: () => import('./commands/keys').then(({ keys }) => keys),
    status: () => import('./commands/status').then(({ status }) => status),
  },
});

async function main(args: string[]): Promise<void> {
  if (args[0] === '--version') return void process.stdout.write(`${version}\n`);
  loadEnv();
  const { found, before } = await locate(ablo, args);
  if (args.includes('--help') || args.includes('-h') || !found.run) {
    const usage = `${await renderUsage(found, before.length > 0 ? { meta: { name: before.join(' ') } } : undefined)}\n`;
    return void process.stdout.write(paint.isColorSupported ? usage : stripVTControlCharacters(usage));
  }
  await runCommand(ablo, { rawArgs: args });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  sayFailure(error);
  process.exitCode = 1;
});
