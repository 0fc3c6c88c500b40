// SPDX-License-Identifier: MIT
//
// `ablo.<model>.claim`: the verb, and what can be asked about claims of this model.
import type { Intent } from '../coordination/types';
import type { Row } from '../core/rows';
import { toJson } from '../json';
import type { Parts } from './model';
import type { ClaimHandle, ClaimOptions, ClaimQueue, ClaimState, ClaimVerb } from './types';

type Work = (claim: ClaimHandle<Row>) => unknown;

export function claimVerb(model: string, { claims, intents, requests }: Parts): ClaimVerb<Row> {
  const claim = async (target: string | ClaimOptions, rest?: Omit<ClaimOptions, 'id'> | Work) => {
    if (typeof target !== 'string') return claims.one(model, target);
    return typeof rest === 'function'
      ? claims.during(model, { id: target }, rest)
      : claims.one(model, { ...rest, id: target });
  };
  // A list is the same array until it changes, and so is what is made of it.
  const made = new WeakMap<readonly Intent[], { state: ClaimState | null; queue: ClaimQueue }>();
  const seen = (target: { id: string; field?: string }) => {
    const list = intents.list({ model, ...target });
    let both = made.get(list);
    if (!both) made.set(list, (both = split(list)));
    return both;
  };
  return Object.assign(claim as ClaimVerb<Row>, {
    state: (target: { id: string; field?: string }) => seen(target).state,
    queue: (target: { id: string; field?: string }) => seen(target).queue,
    release: async (target: { id: string } | ClaimHandle<Row>) => {
      if ('claimId' in target) return target.release();
      await Promise.all(claims.held(model, target.id).map((handle) => handle.release()));
    },
    reorder: async ({ id, order }: Parameters<ClaimVerb<Row>['reorder']>[0]) => {
      const ids = order.map((waiting) => (typeof waiting === 'string' ? waiting : waiting.id));
      await requests.ask('reorder', toJson({ model, id, order: ids }));
    },
  });
}

function split(list: readonly Intent[]): { state: ClaimState | null; queue: ClaimQueue } {
  const waiting = list.filter(({ status }) => status === 'queued');
  const queue: ClaimQueue = Object.freeze(Object.assign(waiting, { object: 'list' as const, data: waiting }));
  const holder = list.find(({ status }) => status === 'active');
  return { state: holder ? Object.freeze({ ...holder, queue }) : null, queue };
}
