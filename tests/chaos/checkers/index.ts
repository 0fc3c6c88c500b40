// SPDX-License-Identifier: MIT
//
// Every checker, by the promise it looks after.
import { convergence } from './convergence';
import { denseLog } from './dense-log';
import { durableConfirm } from './durable-confirm';
import { exactStream } from './exact-stream';
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

export const checkers: Readonly<Record<string, Checker>> = {
  I1: durableConfirm,
  I2: oneOutcome,
  I3: finalRejection,
  I4: denseLog,
  I5: realTimeOrder,
  I6: wholeBatches,
  I9: programOrder,
  I11: exactStream,
  I12: lostUpdates,
  I15: convergence,
  I16: wholePrefix,
  I22: namedEnds,
};
