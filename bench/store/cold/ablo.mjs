// SPDX-License-Identifier: MIT
//
// Ablo with a storage as an app writes one: the manifest and the parts of the image in one object store.
import Ablo from '@abloatai/ablo';
import { imageOf, offline, queryOf } from '../ablo.mjs';
import { target } from '../rows.mjs';
import { open } from './kept.mjs';

async function storage() {
  const kept = await open('ablo');
  return {
    async load() {
      const [manifest, parts] = await Promise.all([kept.get('manifest'), kept.all(IDBKeyRange.lowerBound('part'))]);
      return manifest && { manifest, parts };
    },
    save: (manifest, parts) =>
      kept.put([['manifest', manifest], ...[...parts].map(([place, part]) => [`part ${place}`, part])]),
  };
}

export async function persist(rows) {
  const { manifest, parts } = await imageOf(rows);
  await (await storage()).save(manifest, new Map(parts.map((part, place) => [String(place), part])));
}

/** How many rows the first result has. */
export async function reopen() {
  const ablo = Ablo({ ...offline, persistence: await storage() });
  return new Promise((resolve) => {
    ablo.tasks.onChange((rows) => rows.length > 0 && resolve(rows.length), queryOf(target));
  });
}
