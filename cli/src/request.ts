// SPDX-License-Identifier: MIT
//
// A request of the command line to a running server. A refusal comes back as the server named it.
import { loopback } from '../../js/src/client/options';
import { NamedError } from '../../server/src/index';

/** Where the server is: the option, else ABLO_URL, else the `ablo dev` of this machine. */
export function serverUrl(option?: string): string {
  const url = option || process.env['ABLO_URL'] || loopback;
  if (!URL.canParse(url)) {
    throw new NamedError('invalid_arguments', `${url} is not a URL. Give --url or ABLO_URL as http://host:port.`);
  }
  return url.replace(/\/+$/, '');
}

export async function request<T>(url: string, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const key = process.env['ABLO_API_KEY'];
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (key) headers['authorization'] = `Bearer ${key}`;
  let response: Response;
  try {
    response = await fetch(`${url}/api${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch (error) {
    const advice = 'Start one with `npx ablo dev`, or set --url or ABLO_URL.';
    throw new NamedError('api_unreachable', `No server answers at ${url}. ${advice}`, { cause: error });
  }
  const answer = (await response.json().catch(() => undefined)) as (T & { code?: string }) | undefined;
  if (response.ok && answer) return answer;
  if (answer?.code) throw NamedError.from(answer);
  throw new NamedError('api_unreachable', `${url} is not an Ablo server: it answered ${response.status}.`);
}
