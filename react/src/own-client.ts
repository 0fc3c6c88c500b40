// SPDX-License-Identifier: MIT
//
// OwnClient: the client that a provider makes for itself, and disposes when it is unmounted and what was written has
// gone out. StrictMode and hot reload unmount in passing, <Activity> for a while: mounted again, the provider goes on
// with the same client, or, if that has ended, with another.
import { useEffect, useState } from 'react';
import type { Ablo } from '../../js/src/client/ablo';
import { useLatest } from './hooks';

const kLastWrites = 30_000; // ms

class OwnClient {
  mounted = false;
  ended = false;

  constructor(readonly client: Ablo<any>) {}

  async leave(): Promise<void> {
    this.mounted = false;
    await this.client.waitForFlush(kLastWrites).catch(() => {});
    if (this.mounted || this.ended) return;
    this.ended = true;
    await this.client.dispose();
  }
}

export function useOwnClient(make: () => Ablo<any> | undefined): Ablo<any> | undefined {
  const [own, setOwn] = useState(() => wrap(make()));
  const latest = useLatest(make);
  useEffect(() => {
    if (!own) return;
    if (own.ended) return setOwn(wrap(latest.current()));
    own.mounted = true;
    return () => void own.leave();
  }, [own, latest]);
  return own?.client;
}

function wrap(client: Ablo<any> | undefined): OwnClient | undefined {
  return client && new OwnClient(client);
}
