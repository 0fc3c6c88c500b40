// SPDX-License-Identifier: MIT
//
// Who holds a row, what they are doing with it, and the line behind them.

import type { ClaimState } from '@abloatai/ablo';
import { Avatar } from './avatar';
import { Icon } from './icon';
import { Line } from './line';
import type { Participant } from './participant';

export function Holder({ who, claim }: { who: Participant; claim: ClaimState }) {
  return (
    <div className="held">
      <p className="holder" data-testid="holder">
        <Avatar of={who} />
        <span>
          <b>{who.agent ? `agent:${who.name}` : who.name}</b> · <span className="doing">{claim.action}</span>
        </span>
        <Icon name="lock" />
      </p>
      {claim.queue.length > 0 && <Line waiting={claim.queue} />}
    </div>
  );
}
