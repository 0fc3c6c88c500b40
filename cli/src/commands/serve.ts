// SPDX-License-Identifier: MIT
//
// ablo serve: a sync server on Postgres, for anything but one's own machine. It lets nobody in without a key, and
// logs JSON on stderr.
import {
  checkAddress, createLogger, NamedError, openPostgres, parseLimits, startServer,
} from '../../../server/src/index';
import { command } from '../command';
import { listOf, numberOf, originOption } from '../options';
import { untilStopped } from '../stop';
import { paint, say } from '../terminal';

export const serve = command({
  name: 'serve',
  description: 'Run a sync server on the Postgres of DATABASE_URL',
  args: {
    url: { type: 'string', description: 'The database (default: DATABASE_URL)', valueHint: 'postgres-url' },
    port: { type: 'string', description: 'The port', default: '8787' },
    host: { type: 'string', description: 'The address to listen on', default: '0.0.0.0' },
    origin: originOption,
    retention: { type: 'string', description: 'How many days the log is kept', default: '30' },
    limits: {
      type: 'string',
      description: 'Limits that are not as they come, name=number,… (default: ABLO_LIMITS)',
      valueHint: 'limits',
    },
    metrics: { type: 'boolean', description: 'Show /metrics to everybody who can reach the port' },
    proxies: { type: 'string', description: 'How many proxies stand in front of this server', default: '0' },
    log: { type: 'string', description: 'The least that is logged: debug, info, warn or error', default: 'info' },
    'public-url': { type: 'string', description: 'Where browsers reach this server', valueHint: 'url' },
  },
  async run(args) {
    const url = args.url || process.env['DATABASE_URL'];
    if (!url) throw new NamedError('database_unreachable', 'No database was given. Set DATABASE_URL, or give --url.');
    const port = numberOf('port', args.port);
    const retention = numberOf('retention', args.retention);
    const limits = parseLimits(args.limits ?? process.env['ABLO_LIMITS'] ?? '');
    const proxies = numberOf('proxies', args.proxies);
    const stopped = untilStopped();
    const logger = createLogger({ level: levelOf(args.log) });
    await checkAddress(port, args.host);
    const database = await openPostgres(url);
    try {
      await database.migrate();
      const server = await startServer({
        database,
        port,
        host: args.host,
        origins: listOf(args.origin),
        publicUrl: args['public-url'],
        retention,
        limits,
        proxies,
        metrics: args.metrics || undefined,
        logger,
      });
      const schema = await database.schema();
      const next = schema ? [] : ['  No schema yet: run `npx ablo push`. The first key: `npx ablo keys create`.'];
      say([`${paint.green('✓')} ablo serve listens on ${server.url}`, ...next], { event: 'ready', url: server.url });
      await stopped;
      await server.close();
    } finally {
      await database.close();
    }
  },
});

function levelOf(text: string): 'debug' | 'info' | 'warn' | 'error' {
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text;
  throw new NamedError('invalid_arguments', `--log is debug, info, warn or error, not ${text}.`);
}
