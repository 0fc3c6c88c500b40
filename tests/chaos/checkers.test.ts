// SPDX-License-Identifier: MIT
//
// A checker that never says no proves nothing: each is shown a history in which one thing is wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkers } from './checkers/index';
import { eventsOf, type Change, type Event } from './event';
import { sample, type Sample } from './sample';
import type { Entry } from './truth';
import { essence, firstRow, seeded } from './workspace';

const broken = ({ history, truth }: Sample) =>
  Object.entries(checkers).filter(([, check]) => check(history, truth).length > 0).map(([promise]) => promise);

/** Whatever else notices, this promise was not kept. */
function breaks(promise: string, what: string, spoil: (sample: Sample) => void): void {
  test(`${promise}: ${what}`, () => {
    const spoiled = sample();
    spoil(spoiled);
    assert.ok(broken(spoiled).includes(promise), `found by ${broken(spoiled).join(', ') || 'nobody'}`);
    assert.ok(checkers[promise]!(spoiled.history, spoiled.truth).every((violation) => violation.promise === promise));
  });
}

const begin = sample().truth.log.findIndex(({ key }) => key !== 'seed');
const entry = ({ truth }: Sample, key: string) => truth.log.find((of) => of.key === key)!;
const first = <K extends Event['kind']>({ history }: Sample, kind: K) => eventsOf(history, kind)[0]!;
const ofKey = <K extends 'receipt' | 'invoke' | 'ok'>({ history }: Sample, kind: K, key: string) =>
  eventsOf(history, kind).find((of) => (of as { key: string }).key === key)!;
const step = ({ truth }: Sample, op: string, id: string) =>
  truth.log.find((of) => of.kind === 'claim' && of.op === op && of.after!['id'] === id)!;
const lease = ({ truth }: Sample, claim: string) => truth.claims.find(({ id }) => id === claim)!;
const swap = ({ truth }: Sample, one: Entry, other: Entry) => {
  [one.seq, other.seq] = [other.seq, one.seq];
  truth.log.sort((left, right) => left.seq - right.seq);
};
const forget = ({ truth }: Sample, key: string) => {
  truth.log = truth.log.filter((of) => of.key !== key).map((of, i) => ({ ...of, seq: i + 1 }));
};

test('nothing is found where everything was kept', () => {
  assert.deepEqual(broken(sample()), []);
});

breaks('I1', 'a confirmed write is not in the log', (of) => forget(of, 'c:3'));
breaks('I1', 'a confirmed write is at another place than was said', (of) => {
  ofKey(of, 'receipt', 'c:1').seq = begin + 2;
});

breaks('I2', 'a write took effect twice', ({ truth }) => {
  truth.log.push({ ...truth.log.at(-1)!, seq: truth.log.length + 1 });
});
breaks('I2', 'half of a commit took effect', ({ truth }) => void truth.log.splice(begin + 2, 1));
breaks('I2', 'a key was confirmed under two attempts', ({ truth }) => {
  truth.decisions.push({ key: 'c:1', attempt: 2, status: 'confirmed', seq: begin + 1 });
});
breaks('I2', 'a write took effect without a record', ({ truth }) => {
  truth.decisions = truth.decisions.filter(({ key }) => key !== 'd:1');
});
breaks('I2', 'a duplicate got another answer', (of) => {
  const other = { status: 'rejected', seq: undefined, code: 'stale_context' };
  of.history.push({ ...ofKey(of, 'receipt', 'c:1'), t: 100, ...other });
});

breaks('I3', 'a refused write took effect', (of) => void (entry(of, 'd:1').key = 'c:4'));
breaks('I3', 'a rejection is recorded as confirmed', ({ truth }) => {
  truth.decisions.find(({ key }) => key === 'c:4')!.status = 'confirmed';
});

breaks('I4', 'the log has a gap', ({ truth }) => truth.log.slice(begin).forEach((of) => void (of.seq += 1)));
breaks('I4', 'a place was seen before the one in front of it', (of) => void (first(of, 'probe').count = 2));
breaks('I4', 'the head of the log fell', (of) => {
  of.history.push({ ...first(of, 'probe'), t: 100, max: begin + 2, count: 2 });
});

breaks('I5', 'a write is before one that was confirmed when it was called', (of) => {
  ofKey(of, 'receipt', 'c:3').seq = begin + 5;
  Object.assign(ofKey(of, 'receipt', 'd:1'), { seq: begin + 4 });
  const [c, d] = [entry(of, 'c:3'), entry(of, 'd:1')];
  [c.seq, d.seq] = [d.seq, c.seq];
  of.truth.log.sort((a, b) => a.seq - b.seq);
});
breaks('I5', 'a read is older than what was confirmed when it was asked', (of) => {
  first(of, 'read').seq = begin + 1;
});

breaks('I6', 'another commit is between the operations of one', ({ truth }) => {
  const [a, b] = [truth.log[begin + 2]!, truth.log[begin + 3]!];
  [a.seq, b.seq] = [b.seq, a.seq];
  truth.log.sort((left, right) => left.seq - right.seq);
});
breaks('I6', 'a frame ends inside of a commit', ({ history }) => {
  const frame = eventsOf(history, 'apply')[1]!;
  history.push({ ...frame, to: frame.to - 1 });
});
breaks('I6', 'a client shows half of a transfer', (of) => void (first(of, 'view').rows[0]!['balance'] = 1_000));
breaks('I6', 'a server answers with half of a transfer', (of) => void (first(of, 'read').rows[0]!['balance'] = 1_000));
breaks('I6', 'money is made', (of) => void (entry(of, 'c:2').after!['balance'] = 995));

breaks('I9', 'a later call took effect first', (of) => {
  const [one, three] = [ofKey(of, 'invoke', 'c:1'), ofKey(of, 'invoke', 'c:3')];
  [one.key, three.key] = [three.key, one.key];
});

breaks('I11', 'a frame is missing', ({ history }) => {
  history.splice(history.indexOf(eventsOf(history, 'apply')[1]!), 1);
});
breaks('I11', 'a frame came twice', (of) => void of.history.push({ ...first(of, 'apply'), t: 100 }));
breaks('I11', 'a change is left out of a frame', ({ history }) => {
  eventsOf(history, 'apply')[1]!.changes = [begin + 2];
});
breaks('I11', 'a change has another row than the log', (of) => {
  (eventsOf(of.history, 'apply')[2]!.changes[0] as Change).row!['count'] = 7;
});
breaks('I11', 'everything was loaded again', (of) => void of.history.push({ ...first(of, 'loaded'), t: 100 }));
breaks('I11', 'a client goes on from where it is not', ({ history }) => {
  eventsOf(history, 'hello')[1]!.cursor = begin + 1;
});

breaks('I12', 'a counter lost an increment', (of) => {
  const lost = entry(of, 'c:3');
  of.truth.log.push({ ...structuredClone(lost), seq: of.truth.log.length + 1, key: 'd:2' });
});
breaks('I12', 'a counter is less than its increments', ({ truth }) => void (truth.rows['counters']![0]!['count'] = 0));
breaks('I12', 'a list lost an item', ({ truth }) => void (truth.rows['lists']![0]!['items'] = []));
breaks('I12', 'a transfer went over what it had not seen', (of) => void (entry(of, 'c:2').before!['balance'] = 900));
breaks('I12', 'somebody wrote the account after the stamp', (of) => {
  const foreign = { model: 'accounts', id: 'account-0', session: 'another', before: null, after: { balance: 1_000 } };
  Object.assign(entry(of, 'c:1'), foreign);
  ofKey(of, 'invoke', 'c:2').readAt = begin;
});

breaks('I1', 'a claim that somebody was told of has no grant in the log', (of) => {
  of.history.push({ ...first(of, 'granted'), t: 100, claims: [{ id: 'claim-f', fence: 3 }] });
});
breaks('I1', 'a claim was told of with another fence', (of) => void (first(of, 'granted').claims[0]!.fence = 7));
breaks('I1', 'a claim was held that has no grant in the log', (of) => void (first(of, 'held').claim = 'claim-f'));

breaks('I12', 'a booking stands beside an open task', (of) => {
  Object.assign(entry(of, 'c:held').after!, { ownerId: 'ann', status: 'open' });
});
breaks('I12', 'the reason of a booking had fallen', (of) => {
  const seed = of.truth.log.find(({ id }) => id === 'task-0')!;
  for (const image of [seed.after!, entry(of, 'c:held').before!]) Object.assign(image, { ownerId: 'ann', status: 'open' });
  entry(of, 'd:2').after!['seenAt'] = begin;
});

breaks('I13', 'two hold the same', (of) => swap(of, step(of, 'release', 'claim-c'), step(of, 'grant', 'claim-d')));
breaks('I13', 'somebody writes what another holds', (of) => void (entry(of, 'c:held').actor.id = 'd'));
breaks('I13', 'a write landed under a claim that was given back', (of) => {
  swap(of, entry(of, 'c:held'), step(of, 'release', 'claim-c'));
});
breaks('I13', 'a write landed under a claim when its time was over', (of) => void (lease(of, 'claim-c').expiry = begin));
breaks('I13', 'a fence is not greater than the one before', (of) => {
  step(of, 'grant', 'claim-d').after!['fence'] = 1;
});
breaks('I13', 'a claim ended before its time', (of) => void (lease(of, 'claim-d').expiry += 50));
breaks('I13', 'a claim was given back, and not by its holder', ({ history }) => {
  history.splice(history.indexOf(eventsOf(history, 'let go')[0]!), 1);
});
breaks('I13', 'a claim that was held was canceled', (of) => void (step(of, 'release', 'claim-c').op = 'cancel'));
breaks('I13', 'a holder was told that its claim is over, and it was not', (of) => {
  first(of, 'told lost').at = step(of, 'grant', 'claim-c').at;
});

breaks('I14', 'a grant passed one that came before', (of) => {
  const passing = { id: 'claim-e', actor: { kind: 'agent', id: 'e' } };
  for (const op of ['grant', 'expire']) Object.assign(step(of, op, 'claim-d').after!, passing);
});
breaks('I14', 'a claim has no end in the log', ({ truth }) => {
  truth.log.splice(truth.log.findIndex(({ op }) => op === 'expire'), 1);
});
breaks('I14', 'a claim stands in the end', (of) => void (lease(of, 'claim-d').status = 'active'));

breaks('I15', 'a client shows another row', (of) => void (first(of, 'final').models['notes']![0]!['text'] = 'old'));
breaks('I15', 'a client has a row too many', (of) => {
  first(of, 'final').models['notes']!.push({ id: 'ghost', text: 'ghost', by: 'c' });
});
breaks('I15', 'the table is not what the log adds up to', ({ truth }) => void truth.rows['notes']!.pop());
breaks('I15', 'it took too long', (of) => void (first(of, 'final').took = 6_000));

breaks('I16', 'a server answers what the log does not have', (of) => {
  first(of, 'read').rows[5]!['tag'] = 'nobody';
});
breaks('I16', 'a client shows what came later', (of) => void (first(of, 'view').seq = begin + 1));
breaks('I16', 'a client lacks a row', (of) => void first(of, 'view').rows.pop());

test('I16: what SQL changed may be seen before the log has it, and nothing else may', () => {
  const spoiled = sample();
  const { after } = entry(spoiled, 'c:held');
  const rows = seeded.tasks.map((id) => ({ ...essence('tasks', firstRow('tasks')), id }));
  const early = { ...first(spoiled, 'view'), model: 'tasks', rows: [essence('tasks', after!), ...rows.slice(1)] };
  spoiled.history.push(JSON.parse(JSON.stringify(early)) as Event);
  assert.deepEqual(broken(spoiled), ['I16']);
  entry(spoiled, 'c:held').actor = { kind: 'system', id: 'external' };
  assert.ok(!broken(spoiled).includes('I16'));
});

breaks('I22', 'a write never ended', (of) => void of.history.splice(of.history.indexOf(ofKey(of, 'ok', 'c:1')), 1));
breaks('I22', 'a write ended twice', (of) => void of.history.push({ ...ofKey(of, 'ok', 'c:1'), t: 100 }));
breaks('I22', 'a refusal says nothing', (of) => void (first(of, 'fail').code = 'internal_error'));
breaks('I22', 'a write ended after minutes', (of) => void (ofKey(of, 'ok', 'c:1').t = 100_000));
