// SPDX-License-Identifier: MIT
//
// Bugs that are planted in the database of a run, to see that the harness finds them: what it does not find, it does
// not guard. Each is put over the server's own functions before a server starts.

export interface Planted {
  /** The promises of which at least one is then broken. */
  breaks: readonly string[];
  /** Kills in which it shows, and confirmed writes. */
  within: { kills: number; postmasterKills?: number; writes: number };
  sql: string;
}

/** A premise over a query falls only by entries of the log that are so. */
const blind = (which: string) => `do $do$ begin
  execute replace(pg_get_functiondef('ablo.query_conflicts'::regproc), $$l.seq > $5$$, $$l.seq > $5 and ${which}$$);
  end $do$`;

export const planted: Readonly<Record<string, Planted>> = {
  // A commit whose answer was lost takes effect once more when it is sent again.
  'forgotten-receipts': {
    breaks: ['I2'],
    within: { kills: 3, writes: 400 },
    sql: `alter table ablo.commit drop constraint commit_pkey;
      create or replace function ablo.decided(organization text, commits jsonb) returns jsonb[]
      language sql stable as $$ select array_fill(null::jsonb, array[jsonb_array_length($2)]) $$`,
  },
  // Whoever comes later writes over what it has not seen.
  'no-guards': {
    breaks: ['I12'],
    within: { kills: 3, writes: 400 },
    sql: `create or replace function ablo.judge(
        organization text, commits jsonb, receipts jsonb[], head bigint, since bigint) returns jsonb[]
      language sql stable as $$ select array_fill(null::jsonb, array[jsonb_array_length($2)]) $$`,
  },
  // A write under a claim that is over lands if nobody else holds the row.
  'no-fences': {
    breaks: ['I13'],
    within: { kills: 6, writes: 1_200 },
    sql: `do $do$ begin
      execute replace(pg_get_functiondef('ablo.judge'::regproc), $$c.body ? 'claims'$$, 'false');
      end $do$`,
  },
  // Of those who wait for a row whoever came last has it next.
  'last-first': {
    breaks: ['I14'],
    within: { kills: 3, writes: 1_200 },
    sql: `do $do$ begin
      execute replace(pg_get_functiondef('ablo.in_the_way'::regproc), 'k.ticket < claim.ticket', 'k.ticket > claim.ticket');
      end $do$`,
  },
  // A claim is over after half of its time.
  'short-time': {
    breaks: ['I13'],
    within: { kills: 3, writes: 1_200 },
    sql: `do $do$ begin
      execute replace(pg_get_functiondef('ablo.settle_line'::regproc),
        'claim.expires_at <= clock_timestamp()', 'claim.expires_at <= clock_timestamp() + claim.ttl / 2');
      end $do$`,
  },
  // What a query found may have changed since.
  'no-premises': {
    breaks: ['I12'],
    within: { kills: 1, writes: 300 },
    sql: `create or replace function ablo.query_conflicts(organization text, body jsonb, premise jsonb, after bigint)
      returns setof jsonb language sql stable as $$ select null::jsonb where false $$`,
  },
  // What was not there when it was asked for may have appeared since.
  'no-absences': {
    breaks: ['I12'],
    within: { kills: 1, writes: 600 },
    sql: blind(`l.op is distinct from 'create'`),
  },
  // What SQL wrote behind our back is no reason to refuse.
  'no-foreigners': {
    breaks: ['I12'],
    within: { kills: 1, writes: 1_200 },
    sql: blind('l.session is not null'),
  },
  // A commit is confirmed before it is on the disk.
  'not-flushed': {
    breaks: ['I1'],
    within: { kills: 3, postmasterKills: 3, writes: 400 }, // whoever else commits flushes it as well
    sql: `do $do$ begin
      execute replace(pg_get_functiondef('ablo.enter'::regproc), 'perform set_config(',
        $$perform set_config('synchronous_commit', 'off', true), set_config($$);
      end $do$`,
  },
};
