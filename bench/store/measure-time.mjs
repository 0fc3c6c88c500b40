// SPDX-License-Identifier: MIT
//
// How long things take, for one library and one number of rows. A time is from the call until the subscriber has been
// told; what a server would have made (frames, rows) is made before. Answers are compared with the plain one, and what is
// wrong is a figure `wrong_…` of its own.
import { middle, now, sleep, turn, Watch } from './clock.mjs';
import { matches, queries, statuses, target, generate } from './rows.mjs';
import { checkLoaded, Workspace } from './workspace.mjs';

/** What a library without `incoming` gets: the server's rows and changes as they are. */
const asTheyAre = {
  load: (rows) => rows,
  changes: (changes) => changes,
  confirm: (_handle, change) => change,
  rollback: (_handle, row) => row,
};

export async function measureTime({ create, meta, restore }, { size, budget, emit, settle }) {
  const store = await create();
  const incoming = store.incoming ?? asTheyAre;
  await load();
  const server = new Workspace(size);
  const top = new Watch(); // the subscriber of the target query
  const all = queries(200);
  const watches = [top];

  await section('read', read);
  await section('first_result', firstResult);
  await section('change_1q', () => change('1q', 300));
  await section('optimistic_1q', () => optimistic('', 200));
  await section('count', count);
  await section('open_200', open);
  await section('change_200q', () => change('200q', 150));
  await section('optimistic_200q', () => optimistic('_200q', 100));
  await section('bulk', bulk);
  await section('restore', restoring);
  await store.close?.();

  async function section(name, run) {
    try {
      await run();
    } catch (thrown) {
      emit(`error_${name}`, String(thrown?.stack ?? thrown).slice(0, 400));
    }
  }

  /** Within the time there is, at least four times. `run` gives a sample; the first two only warm up. */
  async function sample(times, run) {
    const samples = [];
    const began = now();
    for (let i = 0; i < times && (i < 4 || now() - began < budget); i++) {
      const taken = await run(i);
      if (i >= 2) samples.push(taken);
    }
    return samples;
  }

  function check(name, watch, query) {
    const wrong = server.wrong(watch.value, query);
    if (wrong) emit(`wrong_${name}`, wrong);
  }

  async function load() {
    const payload = await incoming.load(generate(size));
    await settle();
    const began = now();
    await store.load(payload);
    const taken = now() - began;
    await checkLoaded(store, size);
    emit('load_ms', taken);
  }

  async function read() {
    const some = Array.from({ length: 20_000 }, () => server.pick());
    const first = await store.get(some[0]);
    if (first?.title !== server.get(some[0]).title) emit('wrong_read', JSON.stringify(first) ?? 'nothing');
    emit('same_object', (await store.get(some[0])) === first);

    const samples = [];
    const began = now();
    for (let i = 0; i < 7 && (i < 2 || now() - began < budget); i++) {
      const at = now();
      let reads = 0;
      if (meta.syncRead) for (; reads < some.length && now() - at < budget; reads++) store.get(some[reads]);
      else for (; reads < 500 && now() - at < budget / 3; reads++) await store.get(some[reads]);
      samples.push(((now() - at) * 1e6) / reads);
      await turn();
    }
    emit('point_read_cold_ns', samples[0]);
    emit('point_read_ns', middle(samples.slice(1)));
  }

  async function firstResult() {
    const samples = [];
    const began = now();
    for (let i = 0; i < 5 && (i < 1 || now() - began < budget); i++) {
      const watch = new Watch();
      const at = now();
      const query = await store.live({ ...target, status: statuses[(i + 2) % 5] }, watch.tell); // todo is last, below
      samples.push((await watch.until(0)) - at);
      await query.unsubscribe();
      await turn();
    }
    const at = now();
    await store.live(target, top.tell);
    samples.push((await top.until(0)) - at);
    emit('first_result_cold_ms', samples[0]);
    emit('first_result_ms', middle(samples));
    await sleep(20);
    check('first_result', top, target);
  }

  async function change(name, times) {
    const returned = [];
    const told = await sample(times, async (i) => {
      const id = server.pickMatching(top.value?.[0]);
      const payload = incoming.changes([server.change(id, { title: `change ${i}`, movedAt: server.later() })]);
      const before = top.told;
      const at = now();
      const applied = store.apply(payload);
      const back = now();
      const seen = await top.until(before, (rows) => rows[0]?.id === id);
      await applied;
      await turn();
      returned.push((Math.max(seen, back) - at) * 1000);
      return (seen - at) * 1000;
    });
    emit(`change_${name}_us`, middle(told));
    emit(`change_${name}_all_us`, middle(returned));
    check(`change_${name}`, top, target);
  }

  async function optimistic(suffix, times) {
    const write = async (patch) => {
      const id = server.pickMatching(top.value?.[0]);
      const full = { ...server.get(id), ...patch };
      const before = top.told;
      const at = now();
      const writing = store.optimistic(id, patch, full);
      const seen = await top.until(before, (rows) => rows[0]?.id === id);
      const handle = await writing;
      await turn();
      return { id, handle, taken: (seen - at) * 1000 };
    };

    const confirms = [];
    const told = await sample(times, async (i) => {
      const patch = { title: `written ${i}`, movedAt: server.later() };
      const { id, handle, taken } = await write(patch);
      const payload = incoming.confirm(handle, server.change(id, patch));
      const at = now();
      await store.confirm(handle, payload);
      confirms.push((now() - at) * 1000);
      await turn();
      return taken;
    });
    emit(`optimistic${suffix}_us`, middle(told));
    emit(`confirm${suffix}_us`, middle(confirms));
    if (!store.rollback) return;

    const takenBack = await sample(times, async (i) => {
      const title = `taken back ${i}`;
      const { id, handle } = await write({ title, movedAt: server.later() });
      const payload = incoming.rollback(handle, server.get(id));
      const before = top.told;
      const at = now();
      const done = store.rollback(handle, payload);
      const seen = await top.until(before, (rows) => rows[0]?.title !== title);
      await done;
      await turn();
      return (seen - at) * 1000;
    });
    emit(`rollback${suffix}_us`, middle(takenBack));
    await sleep(20);
    check(`optimistic${suffix}`, top, target);
  }

  async function count() {
    if (!store.liveCount) return;
    const { limit: _, ...query } = target;
    const watch = new Watch();
    const began = now();
    const counting = await store.liveCount(query, watch.tell);
    emit('count_first_ms', (await watch.until(0)) - began);
    let away; // a row leaves, and comes back the next time
    const samples = await sample(60, async () => {
      const status = away ? target.status : 'done';
      const id = away ?? server.pickMatching();
      away = away ? undefined : id;
      const payload = incoming.changes([server.change(id, { status, movedAt: server.later() })]);
      const before = watch.told;
      const at = now();
      const applied = store.apply(payload);
      const seen = await watch.until(before);
      await applied;
      await turn();
      return (seen - at) * 1000;
    });
    emit('count_change_us', middle(samples));
    const wanted = [...server.rows.values()].filter((row) => matches(row, query)).length;
    if (watch.value !== wanted) emit('wrong_count', `${wanted} is ${watch.value}`);
    await counting.unsubscribe();
  }

  async function open() {
    const began = now();
    for (const query of all.slice(1)) {
      if (now() - began > 20_000) return emit('opened_in_20_s', watches.length);
      const watch = new Watch();
      watches.push(watch);
      await store.live(query, watch.tell);
      await watch.until(0);
    }
    emit('open_200_ms', watches.at(-1).at - began);
  }

  async function bulk() {
    const open = all.slice(0, watches.length);
    const samples = [];
    const began = now();
    for (let batch = 0; batch < 6 && (batch < 2 || now() - began < 2 * budget); batch++) {
      await sleep(60);
      const before = server.idsOf(open);
      const payload = incoming.changes(server.changeMany(1000, batch));
      const after = server.idsOf(open);
      const told = watches.map((watch) => watch.told);
      const at = now();
      const applied = store.apply(payload);
      // Not every library tells of a change that leaves the ids and their order as they are.
      for (const [i, watch] of watches.entries()) if (after[i] !== before[i]) await watch.until(told[i]);
      await quiet();
      await applied;
      samples.push(Math.max(...watches.filter((watch, i) => watch.told > told[i]).map((watch) => watch.at)) - at);
      if (batch === 0) for (let i = 0; i < open.length; i += 13) check('bulk', watches[i], open[i]);
    }
    emit('bulk_1000_200q_ms', middle(samples));
  }

  /** Until nobody is told of anything any more. */
  async function quiet() {
    for (let since = now(); ; since = now()) {
      await sleep(15);
      if (watches.every((watch) => watch.at <= since)) return;
    }
  }

  /** From an image in memory to the first row. */
  async function restoring() {
    if (!restore) return;
    const image = await store.saveImage([...server.rows.values()]);
    await settle();
    const began = now();
    const restored = await restore(image);
    const row = await restored.get(server.ids[0]);
    emit('restore_ms', now() - began);
    if (row?.title !== server.get(server.ids[0]).title) emit('wrong_restore', JSON.stringify(row) ?? 'nothing');
    await restored.close?.();
  }
}
