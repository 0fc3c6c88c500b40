// SPDX-License-Identifier: MIT
//
// A dozen tasks for a board that has none.

import { Ablo } from '@abloatai/ablo';
import type { Address } from './address';
import { schema } from './ablo.schema';

const titles = {
  done: [
    'Choose a logo',
    'Set up error alerts',
    'Move billing webhooks to the new endpoint',
    'Archive last quarter’s board',
  ],
  doing: ['Check the copy of the pricing page', 'Fix the flaky sign-in on Safari'],
  todo: [
    'Benchmark cold start on slow phones',
    'Reply to the beta testers',
    'Record a two-minute demo',
    'Interview three customers about onboarding',
    'Draft the release notes for 0.1',
    'Write the launch announcement',
  ],
} as const;

/** Returns how many tasks the board has now. */
export async function seed({ url, apiKey }: Address): Promise<number> {
  const ablo = Ablo({ schema, apiKey, baseURL: url });
  try {
    const existing = await ablo.tasks.list({ limit: 1_000 });
    if (existing.length > 0) return existing.length;
    const rows = Object.entries(titles).flatMap(([status, list]) => list.map((title) => ({ status, title })));
    for (const { status, title } of rows) {
      await ablo.tasks.create({ data: { title, status: status as keyof typeof titles } });
    }
    return rows.length;
  } finally {
    await ablo.dispose();
  }
}
