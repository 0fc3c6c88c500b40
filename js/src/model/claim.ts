// SPDX-License-Identifier: MIT
//
// `ablo.<model>.claim`: the verb, and what can be asked about claims of this model.
import type { Intent } from '../coordination/types';
import type { Row } from '../core/rows';
import { abloError } from '../errors/errors';
import { toJson } from '../json';
import type { Parts } from './model';
import type { ClaimHandle, ClaimOptions, ClaimQueue, ClaimState, ClaimVerb } from './types';

type Part = string | { id: string; field?: string };
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
  const seen = (target: Part) => {
    const list = intents.list({ model, ...named(target) });
    let both = made.get(list);
    if (!both) made.set(list, (both = split(list)));
    return both;
  };
  return Object.assign(claim as ClaimVerb<Row>, {
    state: (target: Part) => seen(target).state,
    queue: (target: Part) => seen(target).queue,
    release: async (target: Part | ClaimHandle<Row>) => {
      if (typeof target === 'object' && target && 'claimId' in target) return target.release();
      await Promise.all(claims.held(model, named(target).id).map((handle) => handle.release()));
    },
    reorder: async ({ id, order } = {} as Parameters<ClaimVerb<Row>['reorder']>[0]) => {
      const ids = [order].flat().map((waiting) => (typeof waiting === 'object' ? waiting.id : waiting));
      await requests.ask('reorder', toJson({ model, id, order: ids }));
    },
  });
}

/** A row, or a field of it. */
function named(target: Part): { id: string; field?: string } {
  const part = typeof target === 'string' ? { id: target } : target;
  if (typeof part?.id !== 'string' || part.id === '') throw abloError('invalid_id');
  return part;
}

function split(list: readonly Intent[]): { state: ClaimState | null; queue: ClaimQueue } {
  const waiting = list.filter(({ status }) => status === 'queued');
  const queue: ClaimQueue = Object.freeze(Object.assign(waiting, { object: 'list' as const, data: waiting }));
  const holder = list.find(({ status }) => status === 'active');
  return { state: holder ? Object.freeze({ ...holder, queue }) : null, queue };
}
