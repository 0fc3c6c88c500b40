// SPDX-License-Identifier: MIT
//
// The suite has no time for the others: npm run chaos -- --quick --plant no-fences, last-first, short-time, no-absences, no-foreigners
import { finds } from './plant';

finds('forgotten-receipts', 'not-flushed');
