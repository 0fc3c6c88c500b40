// SPDX-License-Identifier: MIT
//
// Door: whether a request may come in, and as whom; the same for HTTP and for sockets. The page is checked before the
// token, so a forbidden page learns nothing about a token it may have.
import type { IncomingMessage } from 'node:http';
import { NamedError } from '../errors/named-error';
import type { Database } from '../postgres/database';
import { guest, identify, type Admission } from './identity';
import { originAllowed, type OriginRules } from './origin';

export class Door {
  constructor(
    readonly rules: OriginRules,
    private readonly database: Database,
  ) {}

  checkOrigin(request: IncomingMessage): void {
    if (originAllowed(request, this.rules)) return;
    const { origin, host } = request.headers;
    const who = origin === undefined ? `The name ${host}` : `The origin ${origin}`;
    const advice = 'Start it with --origin to allow more.';
    throw new NamedError('origin_forbidden', `${who} may not be used with this server. ${advice}`);
  }

  async admit(request: IncomingMessage, token: string | undefined): Promise<Admission> {
    this.checkOrigin(request);
    if (token) return identify(this.database, token);
    if (this.rules.dev) return guest(request);
    throw new NamedError('apikey_missing');
  }
}
