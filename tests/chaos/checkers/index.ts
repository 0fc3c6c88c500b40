// SPDX-License-Identifier: MIT
//
// Every checker, by the promise it looks after.
import { convergence } from './convergence';
import { denseLog } from './dense-log';
import { durableConfirm } from './durable-confirm';
import { durableGrants } from './durable-grants';
import { exactStream } from './exact-stream';
import { exclusiveClaims } from './exclusive-claims';
import { fairLines } from './fair-lines';
import { fallenPremises } from './fallen-premises';
import { finalRejection } from './final-rejection';
import { lostUpdates } from './lost-updates';
import { namedEnds } from './named-ends';
import { oneOutcome } from './one-outcome';
import { programOrder } from './program-order';
import { realTimeOrder } from './real-time-order';
import { wholeBatches } from './whole-batches';
import { wholePrefix } from './whole-prefix';
import type { Checker } from './violation';

export type { Violation } from './violation';

function both(one: Checker, other: Checker): Checker {
  return (history, truth) => [...one(history, truth), ...other(history, truth)];
}

export const checkers: Readonly<Record<string, Checker>> = {
  I1: both(durableConfirm, durableGrants),
  I2: oneOutcome,
  I3: finalRejection,
  I4: denseLog,
  I5: realTimeOrder,
  I6: wholeBatches,
  I9: programOrder,
  I11: exactStream,
  I12: both(lostUpdates, fallenPremises),
  I13: exclusiveClaims,
  I14: fairLines,
  I15: convergence,
  I16: wholePrefix,
  I22: namedEnds,
};
