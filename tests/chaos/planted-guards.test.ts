// SPDX-License-Identifier: MIT
import { finds } from './plant';

finds('no-guards', 'no-premises');
