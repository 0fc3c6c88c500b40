// SPDX-License-Identifier: MIT
//
// What a log says of claims, read with no code of the product: an organization's entries from its first, replayed by the
// rules of a line alone. Heartbeats are not in it: when a claim that was let lapse was over is what its row says at the end.
//
//   exclusion   two participants hold the same of a row at once, or one writes what another holds; SQL may, which asks nobody
//   inversion   a grant passes an older claim of somebody else for the same of the row, and its owner did not hold that anyway
//   fence       a grant's fence is not greater than all before it on its row
//   stale       a write stands under a claim that was over; what it wrote says which (`under <claim>`). Its transaction may
//               have looked in time and ended a moment after it; not if another one has written the log in between
//   order       entries of a line that cannot follow one another; a log with a hole

const kField = ['title', 'notes'];

/** `expiry`: when the time of each claim was over at last. It is in ms, as is `at` of an entry. */
export function checkLines(entries, expiry) {
  const lines = new Map(); // row → claims that stand or wait, in the order they came
  const fences = new Map();
  const fates = { queue: 0, grant: 0, move: 0, release: 0, expire: 0, cancel: 0 };
  let latest = { tx: undefined, at: 0, before: 0 }; // of the last transaction, and when the one before it wrote
  let closest = 0;
  const wrong = { exclusion: [], inversion: [], fence: [], stale: [], order: [] };
  let writes = 0;
  let last = 0;

  for (const entry of entries) {
    if (entry.seq !== last + 1) wrong.order.push(`${entry.seq} follows ${last}`);
    last = entry.seq;
    if (entry.tx !== latest.tx) latest = { tx: entry.tx, before: latest.at };
    latest.at = entry.at;
    const row = `${entry.model}/${entry.id}`;
    const line = lines.get(row) ?? [];
    lines.set(row, line);
    if (entry.kind === 'claim') onClaim(entry, row, line);
    else if (entry.kind === 'row') onWrite(entry, line);
  }
  const left = [...lines.values()].flat();
  return { fates, writes, wrong, left, closest };

  function onClaim({ seq, op, after }, row, line) {
    fates[op]++;
    const at = line.findIndex(({ id }) => id === after.id);
    const known = line[at];
    if (op === 'queue') {
      if (known) wrong.order.push(`${seq}: ${after.id} queues twice`);
      line.push(claimOf(after, false));
    } else if (op === 'grant') {
      if (known?.active) wrong.order.push(`${seq}: ${after.id} is granted twice`);
      const older = at < 0 ? line : line.slice(0, at);
      const claim = known ?? claimOf(after, true);
      if (!known) line.push(claim);
      const heldAnyway = line.some((held) => held !== claim && held.active && held.by === claim.by && covers(held, claim));
      for (const other of line) {
        if (other === claim || !atOdds(other, claim)) continue;
        if (other.active) wrong.exclusion.push(`${seq}: ${claim.by} is granted ${row}, and ${other.by} holds it`);
        else if (older.includes(other) && !heldAnyway) wrong.inversion.push(`${seq}: ${claim.by} passes ${other.by} at ${row}`);
      }
      claim.active = true;
      if (!(after.fence > (fences.get(row) ?? 0))) wrong.fence.push(`${seq}: fence ${after.fence} after ${fences.get(row)}`);
      fences.set(row, after.fence);
    } else if (op === 'move') {
      if (!known || known.active) wrong.order.push(`${seq}: ${after.id} moves and does not wait`);
    } else {
      if (!known || (op === 'release' && !known.active)) wrong.order.push(`${seq}: ${op} of ${after.id}, which is not there`);
      if (known) line.splice(at, 1);
    }
  }

  function onWrite({ seq, at, op, after, before, fields, actor, id }, line) {
    if (op !== 'update' || isForeign(actor)) return;
    writes++;
    const by = `${actor.kind}:${actor.id}`;
    const touched = kField.filter((name) => fields.includes(name));
    for (const other of line)
      if (other.active && at <= expiry.get(other.id) && atOdds(other, { by, fields: touched }))
        wrong.exclusion.push(`${seq}: ${by} writes ${id}, and ${other.by} holds it`);
    for (const name of touched) {
      const [how, claim] = String(after[name]).split(' ');
      if (how !== 'under') continue;
      const over = at - expiry.get(claim);
      if (!line.some((held) => held.id === claim && held.active && held.by === by))
        wrong.stale.push(`${seq}: ${by} wrote under ${claim}, which is not active`);
      else if (latest.before > expiry.get(claim)) wrong.stale.push(`${seq}: ${by} wrote under ${claim}, ${over.toFixed(1)} ms after its time`);
      else closest = Math.max(closest, over);
    }
    if (!before) wrong.order.push(`${seq}: an update without what was before`);
  }
}

const isForeign = ({ kind, id }) => kind === 'system' && id === 'external';

const claimOf = ({ id, actor, fields }, active) => ({ id, by: `${actor.kind}:${actor.id}`, fields, active });

const covers = (held, claim) => !held.fields || (claim.fields ?? []).length > 0 && claim.fields.every((name) => held.fields.includes(name));

/** Of two participants, and both on the same field or one on the whole row. */
const atOdds = (one, other) =>
  one.by !== other.by && (!one.fields || !other.fields || one.fields.some((name) => other.fields.includes(name)));
