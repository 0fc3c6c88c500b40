// SPDX-License-Identifier: MIT
//
// Refusal: how the shell ends a socket by name: an `error` frame, then the close code that goes with it
// (docs/internals/wire.md, Closing). The hub refuses in the same way by itself.
import { WebSocket } from 'ws';
import { NamedError } from '../errors/named-error';

/** An `error` frame and the close that goes with it (docs/internals/wire.md, Closing). */
export function refuse(ws: WebSocket, error: NamedError): void {
  ws.on('error', () => {});
  ws.send(JSON.stringify({ type: 'error', error }));
  ws.close(closeCode(error), error.code);
}

function closeCode(error: NamedError): number {
  if (error.kind === 'Authentication') return 4001;
  if (error.kind === 'Permission') return 4003;
  if (error.kind === 'RateLimit') return 1013;
  if (error.code === 'protocol_version_unsupported') return 4010;
  return error.kind === 'Validation' ? 4009 : 1011;
}

/** A socket that says by name what `ws` would refuse by number alone: a frame too large, or not of the protocol. */
export class NamedCloseSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === 1009) return refuse(this, new NamedError('request_too_large', 'A frame is at most 256 KiB.'));
    if (code === 1002 || code === 1007) return refuse(this, new NamedError('invalid_request'));
    super.close(code, reason);
  }
}
