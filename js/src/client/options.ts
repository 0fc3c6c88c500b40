// SPDX-License-Identifier: MIT
//
// What Ablo() is given, and the settings that follow from it. Each option is read exactly once, so that what was
// guarded is what is used. Two things throw at once, because a page must not go on with them: a database's address and
// a secret key in a browser. Anything else that is wrong waits in `error` for ready().
import type { SocketClass } from '../connection/socket';
import { abloError, type AbloError } from '../errors/errors';
import { environment, isBrowser, randomId } from '../platform';
import type { AnySchema } from '../schema/types';
import { levels, makeLogger, type LogLevel } from './logger';
import type { CredentialSource, Settings } from './settings-types';
import type { AbloOptions } from './types';

export const loopback = 'http://127.0.0.1:8787';

const invalid = (param: string, what: string) => abloError('invalid_options', what, { param });

export function readOptions<S extends AnySchema>(given: AbloOptions<S>): Settings {
  // prettier-ignore
  const {
    schema, apiKey, authToken, getToken, authEndpoint, baseURL, databaseUrl, dangerouslyAllowBrowser, kind, agentId, logger,
    bootstrap, bootstrapMode, guard, defaultWait, persistence, transport, defaultHeaders, defaultQuery, fetch, logLevel, WebSocket,
  } = given;
  const browser = isBrowser();
  const secretAllowed = !browser || dangerouslyAllowBrowser === true;
  const database = databaseUrl ?? environment('ABLO_DATABASE_URL');
  refuseDatabaseUrl(database);
  refuseSecret(apiKey, secretAllowed, 'apiKey');
  refuseSecret(authToken, secretAllowed, 'authToken');

  const agent = kind === undefined || kind === 'agent' ? agentId : undefined;
  const level = logLevel ?? environment('ABLO_LOG_LEVEL');
  const address = baseURL ?? environment('ABLO_URL');
  const normal = address === undefined ? undefined : normalBaseURL(address);
  const start = bootstrap ?? bootstrapMode ?? (browser && !agent ? 'full' : 'none');
  const wait = defaultWait ?? (browser ? 'queued' : 'confirmed');
  const choices: [name: string, value: unknown, ...known: string[]][] = [
    ['bootstrap', start, 'full', 'none'],
    ['defaultWait', wait, 'queued', 'confirmed'],
    ['guard', guard ?? 'none', 'auto', 'none'],
    ['persistence', typeof persistence === 'object' ? 'memory' : (persistence ?? 'memory'), 'memory', 'volatile'],
    ['transport', transport ?? 'websocket', 'websocket'],
    ['logLevel', level ?? 'warn', ...levels],
  ];

  return {
    schema: schema ?? undefined,
    credential: credentialOf({ authToken, apiKey, getToken, authEndpoint }),
    baseURL: normal,
    core: { session: randomId(), bootstrap: start, ...(agent && { agent }), ...(guard === 'auto' && { guard }) },
    defaultWait: wait,
    storage: typeof persistence === 'object' ? persistence : undefined,
    secretAllowed,
    fetch: fetch ?? ((...request) => globalThis.fetch(...request)),
    WebSocket: WebSocket as SocketClass | undefined,
    headers: defaultHeaders ?? {},
    query: defaultQuery ?? {},
    logger: makeLogger(logger, level as LogLevel | undefined),
    error: firstMistake(),
  };

  function firstMistake(): AbloError | undefined {
    if (!schema) return invalid('schema', 'schema is missing.');
    if (!schema.document || !schema.columns) return invalid('schema', 'schema is not what defineSchema() returns.');
    if (database != null)
      return invalid('databaseUrl', 'The client does not take databaseUrl yet: give DATABASE_URL to `ablo serve`.');
    if (address !== undefined && normal === undefined)
      return invalid('baseURL', `'${address}' is no address of a server.`);
    if (kind === 'agent' && !agentId) return invalid('agentId', "kind 'agent' needs an agentId.");
    const wrong = choices.find(([, value, ...known]) => !known.includes(value as string));
    return wrong && invalid(wrong[0], `${wrong[0]} is '${String(wrong[1])}'; it can be ${wrong.slice(2).join(', ')}.`);
  }
}

type Credentials = Pick<AbloOptions, 'authToken' | 'apiKey' | 'getToken' | 'authEndpoint'>;

/** The first that was given; if none was, the key of the environment, or in a browser the usual route of the app. */
function credentialOf({ authToken, apiKey, getToken, authEndpoint }: Credentials): CredentialSource {
  if (authToken != null) return { token: authToken };
  if (typeof apiKey === 'function') return { apiKey };
  if (apiKey) return { token: apiKey };
  if (getToken) return { getToken };
  if (authEndpoint) return { endpoint: authEndpoint };
  if (isBrowser()) return authEndpoint === undefined ? { endpoint: '/api/ablo-session', endpointOptional: true } : {};
  const key = apiKey === undefined ? environment('ABLO_API_KEY') : undefined;
  return key === undefined ? {} : { token: key };
}

/** A database's address is nothing for a page, whatever else is allowed there. */
export function refuseDatabaseUrl(databaseUrl: unknown): void {
  if (databaseUrl != null && isBrowser()) throw abloError('browser_database_url_blocked', '', { param: 'databaseUrl' });
}

/** A secret key must not be where everybody can read it, however it got there. */
export function refuseSecret(credential: unknown, allowed: boolean, param: string): void {
  if (!allowed && typeof credential === 'string' && credential.trim().startsWith('sk_')) {
    throw abloError('browser_apikey_blocked', '', { param });
  }
}

/** `http(s)://host[:port][/path]`, without `/api` and without a slash at the end; undefined if it is no address. */
export function normalBaseURL(address: string): string | undefined {
  const text = String(address).trim();
  const scheme = /^(localhost|127\.|\[::1\])/.test(text) ? 'http' : 'https';
  const full = /^[a-z]+:\/\//i.test(text) ? text.replace(/^ws(s?):/i, 'http$1:') : `${scheme}://${text}`;
  if (text === '' || !URL.canParse(full)) return undefined;
  const { protocol, origin, pathname } = new URL(full);
  return /^https?:$/.test(protocol) ? `${origin}${pathname}`.replace(/\/+$/, '').replace(/\/api$/, '') : undefined;
}
