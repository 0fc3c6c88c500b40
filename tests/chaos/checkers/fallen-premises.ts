// SPDX-License-Identifier: MIT
//
// I12, of what a query found: nobody's booking stands on what had changed before it in the log.
import { checkBookings } from '../../../bench/claims/check-bookings.mjs';
import type { Checker } from './violation';

export const fallenPremises: Checker = (_, { log }) =>
  Object.entries(checkBookings(log).wrong).flatMap(([kind, found]) =>
    found.map((what) => ({ promise: 'I12', what: `a booking is ${kind}: ${what}` })),
  );
