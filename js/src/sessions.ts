// SPDX-License-Identifier: MIT
//
// Sessions: a short-lived token for one user's browser, minted by the app's server with its secret key. Needs no core
// and no connection, only the server's HTTP side.
import { fetchToken } from './connection/token';
import { loopback, type Settings } from './client/options';
import { abloError, fromWire } from './errors/errors';

export interface SessionInput {
  user: { id: string };
  /** 900 if absent; 900 at most. */
  ttlSeconds?: number;
  userMeta?: Record<string, unknown>;
}

export interface Session {
  readonly object: 'session';
  readonly id: string;
  /** What the browser connects with. */
  readonly token: string;
  readonly expiresAt: string;
  readonly organizationId?: string;
}

export async function createSession(settings: Settings, input: SessionInput): Promise<Session> {
  const { token } = await fetchToken(settings);
  if (!token) throw abloError('apikey_missing');
  const url = new URL(`${settings.baseURL ?? loopback}/api/auth/ephemeral-keys`);
  for (const [name, value] of Object.entries(settings.query)) url.searchParams.set(name, value);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...settings.headers };
  const request = {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null),
    ),
    body: JSON.stringify(input),
  };
  const response = await settings.fetch(url, request).catch((thrown: unknown) => {
    throw abloError('api_unreachable', `${url.origin}.`, { cause: thrown });
  });
  const body = (await response.json().catch(() => ({}))) as Partial<Session>;
  if (!response.ok) throw fromWire(body, response.status);
  return { ...(body as Session), object: 'session' };
}
