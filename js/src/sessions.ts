// SPDX-License-Identifier: MIT
//
// Sessions: a short-lived token for one user's browser, minted by the app's server with its secret key. Needs no core
// and no connection, only the server's HTTP side.
import { fetchToken } from './connection/token';
import { loopback } from './client/options';
import type { Settings } from './client/settings-types';
import type { Session, SessionInput } from './client/types';
import { abloError, fromWire } from './errors/errors';

export async function createSession(settings: Settings, input: SessionInput): Promise<Session> {
  const { token } = await fetchToken(settings);
  if (!token) throw abloError('apikey_missing');
  const url = new URL(`${settings.baseURL ?? loopback}/api/auth/ephemeral-keys`);
  for (const [name, value] of Object.entries(settings.query)) url.searchParams.set(name, value);
  const given = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...settings.headers };
  const headers = Object.fromEntries(Object.entries(given).filter((header): header is [string, string] => header[1] !== null));
  const request = { method: 'POST', headers, body: JSON.stringify(input) };
  const response = await settings.fetch(url, request).catch((thrown: unknown) => {
    throw abloError('api_unreachable', `${url.origin}.`, { cause: thrown });
  });
  const body = (await response.json().catch(() => ({}))) as Partial<Session>;
  if (!response.ok) throw fromWire(body, response.status);
  return { ...(body as Session), object: 'session' };
}
