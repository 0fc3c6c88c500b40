// SPDX-License-Identifier: MIT
//
// Who may call from a browser. A page tells its origin and cannot lie about it; a program need not have one. A server
// for development lets pages of this machine in without a token, so it also looks at Host: a name that somebody's DNS
// points at 127.0.0.1 is not this machine's.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export function isLoopbackName(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

export function isLoopbackAddress(address = ''): boolean {
  return isLoopbackName(address.replace(/^::ffff:/, ''));
}

export interface OriginRules {
  /** Origins that are allowed, exactly as browsers write them: `https://app.example.com`. */
  origins: readonly string[];
  /** Development: pages of this machine are allowed, other names for this machine are not. */
  dev: boolean;
  /** The name the server was told to listen on. */
  host: string;
}

export function originAllowed(request: IncomingMessage, { origins, dev, host }: OriginRules): boolean {
  const named = hostnameOf(`http://${request.headers.host ?? ''}`);
  if (named === undefined) return false;
  const own = isLoopbackName(named) || isAddress(named) || [host, ...origins.map(hostnameOf)].includes(named);
  if (dev && !own) return false;

  const { origin } = request.headers;
  if (origin === undefined || origins.includes(origin)) return true;
  const page = hostnameOf(origin);
  if (page === undefined) return false; // `null`: a file, a sandboxed frame
  return dev ? isLoopbackName(page) : new URL(origin).host === request.headers.host;
}

/** An address cannot be made to point elsewhere. */
function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
