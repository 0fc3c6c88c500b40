// SPDX-License-Identifier: MIT
//
// Tells useAblo() which schema this app has.

import type { schema } from './ablo.schema';

declare module '@abloatai/ablo/schema' {
  interface Register {
    schema: typeof schema;
  }
}
