// SPDX-License-Identifier: MIT
//
// Who holds a row, what they are doing with it, and how many wait behind them.

import type { Intent } from '@abloatai/ablo';
import { Avatar } from './avatar';
import { Icon } from './icon';
import type { Participant } from './participant';

export function Holder({ who, intent, waiting }: { who: Participant; intent: Intent; waiting: number }) {
  return (
    <p className="holder" data-testid="holder">
      <Avatar of={who} />
      <span>
        <b>{who.agent ? `agent:${who.name}` : who.name}</b> · <span className="doing">{intent.action}</span>
        {waiting > 0 && <small> · {waiting} waiting</small>}
      </span>
      <Icon name="lock" />
    </p>
  );
}
