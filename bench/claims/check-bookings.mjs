// SPDX-License-Identifier: MIT
//
// What a log says of bookings that were made only because their owner had no open task: each row is replayed from its images.
// Reads no code of the product.
//
//   double   it was booked while another task of its owner was open
//   fallen   between what its booker had seen (`seenAt`) and the booking a task of the owner was open, before or after a change
//            that came from another session than its own
//   torn     what an entry says was there before is not what the entries before it left

export function checkBookings(entries) {
  const rows = new Map(); // id → image
  const open = new Map(); // owner → ids of open tasks
  const touched = new Map(); // owner → the last entry of each session in which a task of theirs was open, on either side
  const wrong = { double: [], fallen: [], torn: [] };
  let bookings = 0;

  for (const { seq, kind, model, id, op, before, after, session = seq } of entries) {
    if (kind !== 'row' || model !== 'tasks') continue;
    const was = rows.get(id);
    if (Object.entries(before ?? {}).some(([name, value]) => name !== 'updatedAt' && !same(was?.[name], value)))
      wrong.torn.push(`${seq}: ${op} of ${id}`);
    if (op === 'create' && after.title === 'booked') {
      bookings++;
      if (open.get(after.ownerId)?.size > 0) wrong.double.push(`${seq}: ${after.ownerId} has ${[...open.get(after.ownerId)]}`);
      const others = [...(touched.get(after.ownerId) ?? [])].filter(([by]) => by !== session || by === null);
      const latest = Math.max(0, ...others.map(([, at]) => at));
      if (latest > after.seenAt) wrong.fallen.push(`${seq}: ${after.ownerId}, seen at ${after.seenAt}, changed at ${latest}`);
    }
    for (const image of [was, after])
      if (isOpen(image)) touched.set(image.ownerId, (touched.get(image.ownerId) ?? new Map()).set(session, seq));
    if (isOpen(was)) open.get(was.ownerId).delete(id);
    if (isOpen(after)) open.set(after.ownerId, (open.get(after.ownerId) ?? new Set()).add(id));
    if (after) rows.set(id, after);
    else rows.delete(id);
  }
  return { bookings, wrong };
}

const isOpen = (image) => image?.status === 'open' && image.ownerId != null;
const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
