// SPDX-License-Identifier: MIT
//
// The address a request came from. Behind a proxy that is the proxy's, unless the server was told how many of them it may
// believe: each adds to the end of X-Forwarded-For whom it was called by.
import type { IncomingMessage } from 'node:http';

export function addressOf(request: IncomingMessage, proxies: number): string {
  const passed = String(request.headers['x-forwarded-for'] ?? '').split(',').map((address) => address.trim());
  return (proxies > 0 && passed.at(-proxies)) || (request.socket.remoteAddress ?? '');
}
