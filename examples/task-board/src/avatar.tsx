// SPDX-License-Identifier: MIT
//
// A small round face for a person, a square one for an agent: the difference is told without colour.

import type { CSSProperties } from 'react';
import type { Participant } from './participant';
import { Icon } from './icon';

export function Avatar({ of: who, size = 'small' }: { of: Participant; size?: 'small' | 'large' }) {
  return (
    <span
      className={`avatar ${size}`}
      data-agent={who.agent || undefined}
      style={{ '--hue': who.hue } as CSSProperties}
      aria-hidden="true"
    >
      {who.agent ? <Icon name="spark" /> : who.name.slice(0, 1).toUpperCase()}
    </span>
  );
}
