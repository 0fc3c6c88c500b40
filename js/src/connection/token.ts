// SPDX-License-Identifier: MIT
//
// Tokens: where one comes from when the core asks for it. What fails for good (the login is gone, a secret key in a
// browser) is an AbloAuthenticationError; anything else may be better the next time, and the core decides when that is.
import { loopback, normalBaseURL, refuseSecret } from '../client/options';
import type { Settings } from '../client/settings-types';
import { abloError, AbloError, fromWire, reasonOf } from '../errors/errors';
import { isBrowser } from '../platform';

export interface Token {
  /** Absent: the server is asked without one. */
  token?: string;
  /** Where the server is, if whoever gave the token said so. */
  baseURL?: string;
}

export async function fetchToken({ credential, secretAllowed, baseURL, fetch }: Settings): Promise<Token> {
  const given = await read();
  refuseSecret(given.token, secretAllowed, 'token');
  return given;

  async function read(): Promise<Token> {
    if (credential.token !== undefined) return { token: credential.token };
    if (credential.apiKey) return { token: await credential.apiKey() };
    if (credential.getToken) return present(await credential.getToken());
    if (credential.endpoint !== undefined) return fromEndpoint(credential.endpoint);
    return {};
  }

  async function fromEndpoint(endpoint: string): Promise<Token> {
    const response = await fetch(endpoint, {
      method: 'POST',
      credentials: 'include',
      headers: { accept: 'application/json' },
    }).catch((thrown: unknown) => {
      throw unreachable(endpoint, `failed: ${reasonOf(thrown)}`);
    });
    if (response.status === 404 || response.status === 405) {
      const local = isLoopback(globalThis.location?.href) && isLoopback(baseURL ?? loopback);
      if (credential.endpointOptional && local) return {};
      throw abloError('auth_no_credentials', `There is no session route: POST ${endpoint} answered ${response.status}.`);
    }
    const body = (await response.json().catch(() => ({}))) as {
      token?: string | null;
      baseURL?: string;
      error?: { code?: string };
      code?: string;
    };
    if (response.status === 401 && (body.error?.code ?? body.code) === 'session_expired')
      throw abloError('session_expired');
    if (!response.ok) throw unreachable(endpoint, `answered ${response.status}`);
    return { ...present(body.token), ...(typeof body.baseURL === 'string' && { baseURL: normalBaseURL(body.baseURL) }) };
  }
}

/** Its route is the app's, not the server's: the list's sentence would send people to the wrong place. */
function unreachable(endpoint: string, what: string): AbloError {
  return fromWire({ code: 'api_unreachable', message: `POST ${endpoint} ${what}. The session route is tried again.` });
}

function present(token: string | null | undefined): Token {
  if (!token) throw abloError('session_expired');
  return { token };
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined || !isBrowser()) return false;
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
