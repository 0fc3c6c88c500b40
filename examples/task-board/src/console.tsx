// SPDX-License-Identifier: MIT
//
// A hook for the curious, and for the browser test: `ablo` in the developer tools is the page's own client, so
// `ablo.tasks.getAll()` or `await ablo.tasks.update(id, { title: '…' })` can be tried by hand. It writes as whoever
// the page was opened as and can do nothing that the page cannot.

import { useEffect } from 'react';
import type { Ablo } from '@abloatai/ablo';
import { useAblo } from '@abloatai/ablo/react';

declare global {
  interface Window {
    ablo?: Ablo | null;
  }
}

export function Console() {
  const ablo = useAblo();
  useEffect(() => {
    window.ablo = ablo;
  }, [ablo]);
  return null;
}
