// SPDX-License-Identifier: MIT
//
// A short glow on a card whose title or status has just changed, or that has just arrived: the eye finds what somebody
// else did. Cards that were there all along do not glow, so neither opening the page nor "Show more" does.

import { useEffect, useRef, type RefObject } from 'react';
import type { Task } from './task';

const fresh = 4_000;

export function useHighlight(task: Task): RefObject<HTMLLIElement | null> {
  const card = useRef<HTMLLIElement>(null);
  const seen = useRef<string>(undefined);
  const looks = `${task.status} ${task.title}`;

  useEffect(() => {
    const before = seen.current;
    const isNews = before === undefined ? Date.now() - Date.parse(task.updatedAt) < fresh : before !== looks;
    seen.current = looks;
    if (!isNews || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    card.current?.animate(
      [{ boxShadow: '0 0 0 3px var(--glow), var(--shadow)' }, { boxShadow: '0 0 0 3px transparent, var(--shadow)' }],
      { duration: 1_600, easing: 'ease-out' },
    );
  }, [looks, task.updatedAt]);

  return card;
}
