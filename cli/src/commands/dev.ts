// SPDX-License-Identifier: MIT
//
// ablo dev: everything an app needs while it is being written, in one process: a database in .ablo, a sync server on
// this machine, a key, and the project's schema, pushed at each change. Ctrl-C leaves the directory and nothing else.
import { resolve } from 'node:path';
import { loopback } from '../../../js/src/client/options';
import {
  checkAddress, createLogger, openEmbedded, openPostgres, startServer, type RunningServer,
} from '../../../server/src/index';
import { version } from '../../../package.json';
import { command } from '../command';
import { keptKey } from '../kept-key';
import { listOf, numberOf, originOption, schemaOption } from '../options';
import { findSchema, loadSchema, watchSchema } from '../schema-file';
import { untilStopped } from '../stop';
import { paint, say, sayFailure } from '../terminal';

export const dev = command({
  name: 'dev',
  description: 'Run a sync server with an embedded database on this machine',
  args: {
    dir: { type: 'string', description: 'Where the database and the key are kept', default: '.ablo' },
    port: { type: 'string', description: 'The port', default: '8787' },
    host: { type: 'string', description: 'The address to listen on', default: '127.0.0.1' },
    schema: schemaOption,
    origin: originOption,
    url: { type: 'string', description: 'A Postgres in place of the embedded one', valueHint: 'postgres-url' },
  },
  async run(args) {
    const port = numberOf('port', args.port);
    const directory = resolve(args.dir);
    const stopped = untilStopped();
    const logger = createLogger({ level: 'warn', readable: process.stderr.isTTY });
    await checkAddress(port, args.host);
    const database = args.url ? await openPostgres(args.url) : await openEmbedded(directory);
    try {
      await database.migrate();
      const key = await keptKey(database, directory);
      const origins = listOf(args.origin);
      const server = await startServer({ database, port, host: args.host, dev: true, origins, logger });
      say(
        ready(server.url, key, args.url ? 'your Postgres (--url)' : `${args.dir} (embedded Postgres)`, !args.url),
        { event: 'ready', url: server.url, apiKey: key, directory },
      );
      const push = pusher(server, args.schema);
      await push();
      const unwatch = watchSchema(args.schema, push);
      await stopped;
      say(paint.dim('Stopping…'));
      unwatch();
      await server.close();
    } finally {
      await database.close();
    }
  },
});

/** Pushes the schema as it is now, and says so unless that was the last thing it said. A failure does not end anything. */
function pusher(server: RunningServer, named: string | undefined): () => Promise<void> {
  let said: number | undefined;
  return async () => {
    try {
      const file = findSchema(named);
      const pushed = await server.pushSchema(await loadSchema(file));
      if (pushed.version === said) return;
      said = pushed.version;
      const outcome = pushed.unchanged ? 'is in force' : 'is in force now';
      const line = `${paint.green('✓')} Schema version ${pushed.version} ${outcome}; ${paint.dim(`watching ${file}`)}`;
      say(line, { event: 'schema', ...pushed });
    } catch (error) {
      said = undefined;
      sayFailure(error);
    }
  };
}

function ready(url: string, key: string, rows: string, embedded: boolean): string[] {
  const caution = 'It survives a kill of this process, but not a power loss. For more: --url, or ablo serve.';
  return [
    `${paint.bold('ablo dev')} ${paint.dim(version)}`,
    '',
    `  ${paint.dim('URL ')}  ${url}`,
    `  ${paint.dim('rows')}  ${rows}`,
    ...(embedded ? [`        ${paint.dim(caution)}`] : []),
    '',
    `  ${paint.dim('For the app’s server and for agents, in .env.local:')}`,
    `  ABLO_API_KEY=${key}`,
    ...(url === loopback ? [] : [`  ABLO_URL=${url}`]),
    '',
    `  ${paint.dim('Next: wrap the app in <AbloProvider schema={schema}>; pages of this machine need no key.')}`,
    `  ${paint.dim('Ctrl-C stops; the rows stay.')}`,
    '',
  ];
}
