// SPDX-License-Identifier: MIT
//
// /claims and /models/{model}/{id}/claim: rows held, waited for and given back by whoever has no socket
// (docs/reference/http.md). What may be asked the core decides, what becomes of it the database.
import { randomUUID } from 'node:crypto';
import { NamedError } from '../../errors/named-error';
import type { Hub } from '../../hub/hub';
import type { Identity } from '../../identity/identity';
import type { Database } from '../../postgres/database';
import type { Call } from '../call';
import { claimShape, heartbeatShape, stateShape, type Claim } from '../claim-shape';
import { Answer, type Route, type Routes } from '../router';
import type { Waiting } from '../waiting';

interface Asker {
  identity: Identity;
  agent: string | undefined;
}

interface Told {
  claim: Claim;
  claims: Claim[];
  more?: boolean;
  head?: number;
}

export function claimRoutes(hub: Hub, database: Database, waiting: Waiting): Routes {
  const enter = async (call: Call): Promise<Asker> => {
    const { identity } = await call.admission();
    return { identity, agent: call.request.headers['ablo-agent']?.toString() };
  };
  const ask = async ({ identity, agent }: Asker, asked: object): Promise<Told & { wait: number }> => {
    const { function: fn, input, wait = 0 } = hub.coordinate({ ...identity, agent }, asked);
    const told = NamedError.unwrap<Told>(await database.call(fn, identity.organization, input));
    if (told.head !== undefined) hub.grew(identity.organization, told.head);
    return { ...told, wait };
  };

  const claim: Route = async (call, model, id) => {
    const asker = await enter(call);
    const body = await call.json({});
    const { claim } = await ask(asker, { type: 'claim', claim: body.claimId ?? randomUUID(), model, id, body });
    return new Answer(claim.status === 'active' ? 201 : 202, { ...stateShape(claim), claim: claimShape(claim) });
  };

  const release = async (call: Call, target: object) => {
    await ask(await enter(call), { type: 'release', ...target });
    return { object: 'claim_release', released: true };
  };

  const heartbeat = async (call: Call, target: object) => {
    const asker = await enter(call);
    const { claims } = await ask(asker, { type: 'heartbeat', ...target, body: await call.json({}) });
    return { object: 'claim_heartbeat', ...heartbeatShape(claims[0]!) };
  };

  /** Until it is the claim's turn. It is kept for as long, and for its own time after. */
  const turn = async (call: Call, asker: Asker, claim: string, longest: string) => {
    const { claims, wait } = await ask(asker, { type: 'wait', claim, body: { wait: longest } });
    if (claims[0]?.status !== 'queued') return;
    await waiting.for(asker.identity.organization, claim, wait, call.patient());
    await ask(asker, { type: 'heartbeat', body: { claims: [claim] } });
  };

  return {
    'GET /claims': async (call) => {
      const [model, id, field] = ['model', 'id', 'field'].map((name) => call.query.get(name));
      const { claims, more } = await ask(await enter(call), { type: 'claims', model, id, field });
      return { object: 'list', data: claims.map(claimShape), has_more: more, next_cursor: null };
    },
    'POST /claims': (call) => claim(call),
    'POST /claims/heartbeat': async (call) => {
      const asker = await enter(call);
      const { claimId, claims: several = claimId && [claimId], ttl } = await call.json({});
      const { claims } = await ask(asker, { type: 'heartbeat', body: { claims: several, ttl } });
      const ids = (several as string[] | undefined) ?? claims.map(({ id }) => id);
      const found = new Map(claims.map((one) => [one.id, heartbeatShape(one)]));
      return { object: 'list', results: ids.map((id) => found.get(id) ?? { claimId: id, status: 'lost' }) };
    },
    'GET /claims/{claim}': async (call, claim) => {
      const asker = await enter(call);
      const longest = call.query.get('wait');
      if (longest !== null) await turn(call, asker, claim!, longest);
      return stateShape((await ask(asker, { type: 'claims', claim })).claims[0]!);
    },
    'DELETE /claims/{claim}': (call, claim) => release(call, { claim }),
    'POST /claims/{claim}/heartbeat': (call, claim) => heartbeat(call, { claim }),
    'POST /models/{model}/{id}/claim': claim,
    'DELETE /models/{model}/{id}/claim': (call, model, id) => release(call, { model, id }),
    'POST /models/{model}/{id}/claim/heartbeat': (call, model, id) => heartbeat(call, { model, id }),
    'POST /models/{model}/{id}/claim/reorder': async (call, model, id) => {
      const asker = await enter(call);
      await ask(asker, { type: 'reorder', model, id, body: await call.json() });
      return { object: 'claim_reorder', reordered: true };
    },
  };
}
