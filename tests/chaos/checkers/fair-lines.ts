// SPDX-License-Identifier: MIT
//
// I14: whoever came first is granted first, of those who want the same. Everybody has left in the end: what nobody renews is
// over.
import type { Truth } from '../truth';
import { linesOf } from './exclusive-claims';
import type { Checker } from './violation';

/** Grants that passed somebody who came before. */
export function inversions(truth: Truth): string[] {
  return linesOf(truth).wrong.inversion;
}

export const fairLines: Checker = (_, truth) => {
  const wrong = (what: string) => ({ promise: 'I14', what });
  const standing = truth.claims.filter(({ status }) => status === 'active' || status === 'queued');
  return [
    ...inversions(truth).map(wrong),
    ...linesOf(truth).left.map(({ id, by }) => wrong(`${id} of ${by} has no end in the log`)),
    ...standing.map(({ id, status }) => wrong(`${id} is ${status} in the end`)),
  ];
};
