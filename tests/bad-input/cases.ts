// SPDX-License-Identifier: MIT
//
// The cases, in an order that a seed decides; fewer of them are the first ones of it.
import { Random } from '../support/random';
import { claimCases } from './cases/claims';
import { httpCases } from './cases/http';
import { jsonCases } from './cases/json';
import { messageCases } from './cases/messages';
import { socketCases } from './cases/sockets';
import type { Case } from './probe';

export function casesOf(seed: number, most: number): Case[] {
  const all = [...jsonCases, ...messageCases, ...socketCases, ...httpCases, ...claimCases];
  const random = new Random(seed);
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, most);
}
