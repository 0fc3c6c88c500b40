// SPDX-License-Identifier: MIT
//
// How long ago something was, kept right by one clock for the whole page.

import { useSyncExternalStore } from 'react';

const minute = 60_000;
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

function onTick(tick: () => void): () => void {
  const timer = setInterval(tick, minute / 4);
  return () => clearInterval(timer);
}

export function Ago({ at }: { at: string }) {
  const quarter = useSyncExternalStore(onTick, () => Math.floor(Date.now() / (minute / 4)));
  const minutes = Math.round((quarter * (minute / 4) - Date.parse(at)) / minute);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {since(minutes)}
    </time>
  );
}

function since(minutes: number): string {
  if (minutes < 1) return 'just now';
  if (minutes < 60) return words.format(-minutes, 'minute');
  if (minutes < 60 * 24) return words.format(-Math.round(minutes / 60), 'hour');
  return words.format(-Math.round(minutes / 60 / 24), 'day');
}
