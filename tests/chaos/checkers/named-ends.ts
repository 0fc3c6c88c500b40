// SPDX-License-Identifier: MIT
//
// I22: every write that was called ends, once, in time, and by a name that tells its caller what to do.
import { eventsOf } from '../event';
import type { Checker } from './violation';

/** What a write of ours may meet. A refusal by any other name is one that nobody could explain. */
const refusals = new Set([
  'stale_context', 'contention_exhausted', 'row_locked', 'entity_not_found', 'unique_violation',
]);
/** And one of what is claimed. */
const claimed = new Set(['entity_claimed', 'claim_lost']);
const onClaims = new Set(['held', 'late', 'free']);
const unknowns = new Set(['commit_no_result']);

/** After 30 s a client says that an outcome is not known. What is made anew whenever it comes too late has its tries. */
const kDeadline = 35_000; // ms
const madeAnew = new Set(['increment', 'append']);

export const namedEnds: Checker = (history) => {
  const wrong = (what: string) => ({ promise: 'I22', what });
  const ends = new Map<string, string[]>();
  const settled = [...eventsOf(history, 'ok'), ...eventsOf(history, 'fail'), ...eventsOf(history, 'info')];
  for (const { kind, key, code } of settled) {
    ends.set(key, [...(ends.get(key) ?? []), code === undefined ? kind : `${kind} ${code}`]);
  }
  const called = new Map(eventsOf(history, 'invoke').map((invoke) => [invoke.key, invoke]));
  const known = (key: string) => (end: string) => {
    const [kind, code = ''] = end.split(' ');
    if (kind === 'fail' && claimed.has(code)) return onClaims.has(called.get(key)?.work ?? '');
    return kind === 'ok' || (kind === 'fail' ? refusals : unknowns).has(code);
  };
  const unended = eventsOf(history, 'invoke')
    .filter(({ key }) => ends.get(key)?.length !== 1)
    .map(({ key, session }) => wrong(`${key} of ${session} ended ${ends.get(key)?.length ?? 0} times`));
  const nameless = [...ends]
    .filter(([key, of]) => !of.every(known(key)))
    .map(([key, of]) => wrong(`${key} ended as ${of.join(', ')}`));
  const late = settled
    .map(({ key, t }) => ({ invoke: called.get(key), t }))
    .filter(({ invoke, t }) => invoke && !madeAnew.has(invoke.work) && t - invoke.t > kDeadline)
    .map(({ invoke, t }) => wrong(`${invoke!.key} ended after ${Math.round(t - invoke!.t)} ms`));
  return [...unended, ...nameless, ...late];
};
