// SPDX-License-Identifier: MIT
//
// Adds a thousand rows, each a write of its own, to see that nothing slows down.

import { useState } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { Icon } from './icon';
import { columns } from './task';

const rows = 1_000;
const verbs = ['Review', 'Rewrite', 'Measure', 'Translate', 'Archive', 'Check', 'Sort', 'Illustrate', 'Label'];
const things = ['invoice', 'interview', 'screenshot', 'support ticket', 'release note', 'contract', 'survey answer'];

export function FillButton() {
  const ablo = useAblo();
  const [confirmed, setConfirmed] = useState<number>();

  async function fill() {
    if (!ablo) return;
    setConfirmed(0);
    const writes = Array.from({ length: rows }, async (_, n) => {
      const title = `${verbs[n % verbs.length]} ${things[n % things.length]} ${n + 1}`;
      await ablo.tasks.create({ data: { title, status: columns[n % columns.length]!.status }, wait: 'confirmed' });
      setConfirmed((before = 0) => before + 1);
    });
    await Promise.allSettled(writes);
    setConfirmed(undefined);
  }

  return (
    <button className="fill" onClick={fill} disabled={!ablo || confirmed !== undefined} data-testid="fill">
      <Icon name="plus" />
      {confirmed === undefined ? '1,000 rows' : `${confirmed.toLocaleString('en')} of 1,000 saved`}
    </button>
  );
}
