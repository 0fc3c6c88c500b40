// SPDX-License-Identifier: MIT
//
// How the connection is, and how many writes wait for the server's word.

import { useAblo, useSyncStatus } from '@abloatai/ablo/react';

const words: Record<string, string> = {
  initial: 'Connecting',
  connecting: 'Connecting',
  connected: 'Live',
  reconnecting: 'Reconnecting',
  disconnected: 'Offline',
  'needs-auth': 'Signed out',
};

export function ConnectionBadge() {
  const status = useSyncStatus();
  const pending = useAblo((ablo) => ablo.syncStatus.pendingChanges) ?? 0;
  return (
    <p className="badge" role="status" data-testid="connection" data-state={status.name} data-pending={pending}>
      <span className="lamp" aria-hidden="true" />
      {words[status.name]}
      {pending > 0 && <span className="pending">{pending.toLocaleString('en')} unsaved</span>}
    </p>
  );
}
