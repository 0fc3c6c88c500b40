// SPDX-License-Identifier: MIT
//
// How much memory a row takes: before any was read, with 1,000 of them read, when all of them have been read, while
// all of them are subscribed to, and when the subscribers are gone. Whatever came since the library was imported counts, the empty store and all of
// WebAssembly's memory too.
import { sleep } from './clock.mjs';
import { generate, idOf, statuses } from './rows.mjs';
import { checkLoaded } from './workspace.mjs';

export async function measureMemory({ create, meta }, { size, emit, bytes }) {
  const empty = await bytes();
  const store = await create();
  await load();
  await emitRow('bytes_row');

  await read(Math.min(1000, size));
  await emitRow('bytes_row_1000_read');
  await read(size);
  await forgotten();
  await emitRow('bytes_row_all_read');

  let stops = await Promise.all(
    statuses.map((status) => store.live({ status, minPriority: 0, limit: size }, () => {})),
  );
  await sleep(100);
  await emitRow('bytes_row_subscribed');
  for (const { unsubscribe } of stops) await unsubscribe();
  stops = undefined;
  await forgotten();
  await emitRow('bytes_row_released');
  await store.close?.();

  async function load() {
    await store.load(await (store.incoming?.load ?? ((rows) => rows))(generate(size)));
    await checkLoaded(store, size);
  }

  async function read(count) {
    for (let i = 0; i < count; i++) {
      if (meta.syncRead) store.get(idOf(i));
      else await store.get(idOf(i));
    }
  }

  /** What a library lets go of weakly needs its garbage collected on the way. */
  async function forgotten() {
    for (let i = 0; i < 3; i++) {
      await sleep((meta.forgetsAfter ?? 100) / 3);
      await bytes();
    }
  }

  async function emitRow(name) {
    emit(name, ((await bytes()) - empty) / size);
  }
}
