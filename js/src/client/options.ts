// SPDX-License-Identifier: MIT
//
// What Ablo() is given, and the settings that follow from it. Each option is read exactly once, so that what was guarded is
// what is used. Two things throw at once, because a page must not go on with them: a database's address and a secret key in
// a browser. Anything else that is wrong waits in `error` for ready().
import type { CoreOptions } from '../core/core';
import { abloError, asAbloError, type AbloError } from '../errors/errors';
import { environment, isBrowser, randomId } from '../platform';
import type { AnySchema } from '../schema/types';
import { isLogLevel, makeLogger, type Logger, type LogLevel } from './logger';

export interface AbloOptions<S extends AnySchema = AnySchema> {
  schema?: S | null;
  /** The key of a server or an agent: text, or how to get it. ABLO_API_KEY if absent, none if null. */
  apiKey?: string | null | (() => Promise<string> | string);
  /** A token that needs no exchange. */
  authToken?: string | null;
  /** How a page gets its token. null: the login is gone. A throw: try again. */
  getToken?: (() => Promise<string | null> | string | null) | null;
  /** The app's own route that answers a POST with `{token}`. */
  authEndpoint?: string | null;
  /** The server's address. ABLO_URL, what the session route names, or the loopback `ablo dev` if absent. */
  baseURL?: string | null;
  /** Servers only, and there not yet: `ablo serve` takes DATABASE_URL itself. */
  databaseUrl?: string | null;
  dangerouslyAllowBrowser?: boolean;
  kind?: 'user' | 'agent' | 'system';
  /** The agent that the holder of a secret key acts as. */
  agentId?: string;
  /** `full` takes every row there is at the start, `none` what is asked for. */
  bootstrap?: 'full' | 'none';
  bootstrapMode?: 'full' | 'none';
  /** What writes wait for: `queued` in browsers, `confirmed` elsewhere. */
  defaultWait?: 'queued' | 'confirmed';
  persistence?: 'memory' | 'volatile';
  transport?: 'websocket';
  fetch?: typeof fetch;
  defaultHeaders?: Record<string, string | null>;
  defaultQuery?: Record<string, string>;
  logger?: Logger;
  logLevel?: LogLevel;
}

/** Where tokens come from. */
export interface CredentialSource {
  token?: string;
  apiKey?: () => Promise<string> | string;
  getToken?: () => Promise<string | null> | string | null;
  endpoint?: string;
  /** Nobody asked for the endpoint by name: a loopback page without it goes on without a token. */
  endpointOptional?: boolean;
}

export interface Settings {
  schema: AnySchema | undefined;
  credential: CredentialSource;
  baseURL: string | undefined;
  core: CoreOptions;
  defaultWait: 'queued' | 'confirmed';
  secretAllowed: boolean;
  fetch: typeof fetch;
  headers: Record<string, string | null>;
  query: Record<string, string>;
  logger: Logger;
  error: AbloError | undefined;
}

export const loopback = 'http://127.0.0.1:8787';

const invalid = (param: string, what: string) => abloError('invalid_options', what, { param });

export function readOptions<S extends AnySchema>(options: AbloOptions<S>): Settings {
  const {
    schema, apiKey, authToken, getToken, authEndpoint, baseURL, databaseUrl, dangerouslyAllowBrowser, kind, agentId,
    bootstrap, bootstrapMode, defaultWait, persistence, transport, defaultHeaders, defaultQuery, logger, logLevel,
  } = options;
  const { fetch: fetchOption } = options;
  const browser = isBrowser();
  const secretAllowed = !browser || dangerouslyAllowBrowser === true;
  const database = databaseUrl ?? environment('ABLO_DATABASE_URL');

  refuseDatabaseUrl(database);
  refuseSecret(apiKey, secretAllowed, 'apiKey');
  refuseSecret(authToken, secretAllowed, 'authToken');

  const key = apiKey === undefined ? environment('ABLO_API_KEY') : apiKey;
  const credential: CredentialSource = {};
  if (authToken != null) credential.token = authToken;
  else if (typeof key === 'function') credential.apiKey = key;
  else if (key) credential.token = key;
  else if (getToken) credential.getToken = getToken;
  else if (authEndpoint) credential.endpoint = authEndpoint;
  else if (browser && authEndpoint === undefined) Object.assign(credential, { endpoint: '/api/ablo-session', endpointOptional: true });

  const named = bootstrap ?? bootstrapMode;
  const agent = kind === undefined || kind === 'agent' ? agentId : undefined;
  const level = logLevel ?? environment('ABLO_LOG_LEVEL');
  const address = baseURL ?? environment('ABLO_URL');
  let error: AbloError | undefined;
  let normal: string | undefined;
  try {
    if (address !== undefined) normal = normalBaseURL(address);
  } catch (thrown) {
    error = asAbloError(thrown);
  }
  if (!schema) error ??= invalid('schema', 'schema is missing.');
  else if (!schema.document || !schema.columns) error ??= invalid('schema', 'schema is not what defineSchema() returns.');
  if (database != null) error ??= invalid('databaseUrl', 'The client does not take databaseUrl yet: give DATABASE_URL to the server (`ablo serve`).');
  if (kind === 'agent' && !agentId) error ??= invalid('agentId', "kind 'agent' needs an agentId.");
  if (named !== undefined && named !== 'full' && named !== 'none') error ??= invalid('bootstrap', "bootstrap is 'full' or 'none'.");
  if (persistence !== undefined && persistence !== 'memory' && persistence !== 'volatile') error ??= invalid('persistence', "persistence is 'memory' so far.");
  if (transport !== undefined && transport !== 'websocket') error ??= invalid('transport', "transport is 'websocket' so far.");
  if (defaultWait !== undefined && defaultWait !== 'queued' && defaultWait !== 'confirmed') error ??= invalid('defaultWait', "defaultWait is 'queued' or 'confirmed'.");
  if (level !== undefined && !isLogLevel(level)) error ??= invalid('logLevel', `logLevel is not '${level}'.`);

  return {
    schema: schema ?? undefined,
    credential,
    baseURL: normal,
    core: { session: randomId(), bootstrap: named ?? (browser && !agent ? 'full' : 'none'), ...(agent && { agent }) },
    defaultWait: defaultWait ?? (browser ? 'queued' : 'confirmed'),
    secretAllowed,
    fetch: fetchOption ?? ((...request) => globalThis.fetch(...request)),
    headers: defaultHeaders ?? {},
    query: defaultQuery ?? {},
    logger: makeLogger(logger, isLogLevel(level) ? level : undefined),
    error,
  };
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

/** `http(s)://host[:port][/path]`, without `/api` and without a slash at the end. */
export function normalBaseURL(address: string): string {
  const text = address.trim();
  const loopbackHost = /^(localhost|127\.|\[::1\])/.test(text);
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text.replace(/^ws(s?):/i, 'http$1:') : `${loopbackHost ? 'http' : 'https'}://${text}`;
  const url = text && URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid('baseURL', `'${address}' is no address of a server.`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/api$/, '');
}
