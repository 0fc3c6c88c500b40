// SPDX-License-Identifier: MIT
//
// Door: whether a request may come in, and as whom; the same for HTTP and for sockets. The page is checked before the
// token, so a forbidden page learns nothing about a token it may have; and how often an address came before both, so that
// guessing costs the database nothing.
import type { IncomingMessage } from 'node:http';
import { NamedError } from '../errors/named-error';
import type { Hub } from '../hub/hub';
import type { Database } from '../postgres/database';
import { addressOf } from './address';
import { guest, identify, type Admission } from './identity';
import { originAllowed, type OriginRules } from './origin';

export class Door {
  constructor(
    readonly rules: OriginRules,
    private readonly database: Database,
    private readonly hub: Hub,
    private readonly proxies = 0,
  ) {}

  checkOrigin(request: IncomingMessage): void {
    if (originAllowed(request, this.rules)) return;
    const { origin, host } = request.headers;
    const who = origin === undefined ? `The name ${host}` : `The origin ${origin}`;
    const advice = 'Start it with --origin to allow more.';
    throw new NamedError('origin_forbidden', `${who} may not be used with this server. ${advice}`);
  }

  /** Whoever calls a route. */
  async serve(request: IncomingMessage, token: string | undefined): Promise<Admission> {
    this.hub.admit('request', { address: addressOf(request, this.proxies) });
    const admission = await this.#identify(request, token);
    const { credential, actor, organization } = admission.identity;
    this.hub.admit('request', { credential, actor: `${actor.kind}:${actor.id}`, organization });
    return admission;
  }

  /** Whoever opens a socket. How often its credential and organization did, the hub asks when it hears of the socket. */
  async admit(request: IncomingMessage, token: string | undefined): Promise<Admission> {
    const address = addressOf(request, this.proxies);
    this.hub.admit('connection', { address });
    const admission = await this.#identify(request, token);
    return { ...admission, identity: { ...admission.identity, address } };
  }

  async #identify(request: IncomingMessage, token: string | undefined): Promise<Admission> {
    this.checkOrigin(request);
    if (token) return identify(this.database, token);
    if (this.rules.dev) return guest(request);
    throw new NamedError('apikey_missing');
  }
}
