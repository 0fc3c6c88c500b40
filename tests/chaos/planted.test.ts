// SPDX-License-Identifier: MIT
//
// The suite has no time for `no-fences`: npm run chaos -- --quick --plant no-fences
import { finds } from './plant';

finds('forgotten-receipts', 'not-flushed');
