// SPDX-License-Identifier: MIT
//
// What comes to the port and is no request that Node would hand to a route: garbage, headers without end, requests that
// are begun and never finished, methods of proxies. All of it is refused by name.
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { NamedError } from '../errors/named-error';
import { endWith } from './refusal';

export function refuseUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) => {
    if (error.code === 'ECONNRESET') return void stream.destroy();
    endWith(stream, named(error.code));
  });
  server.on('connect', (_request, stream: Duplex) => endWith(stream, new NamedError('route_not_found')));
  server.on('checkExpectation', (request, response) => {
    request.resume();
    const error = new NamedError('invalid_request', 'Nothing but 100-continue can be expected.');
    endWith(response.socket!, error);
  });
}

function named(code: string | undefined): NamedError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new NamedError('request_too_large', 'The headers are larger than the server takes.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new NamedError('invalid_request', 'The request did not come to an end in time.');
    default:
      return new NamedError('invalid_request', 'This is not HTTP as it can be read here.');
  }
}
