// SPDX-License-Identifier: MIT
//
// The whole way, with nothing faked: two people in Chromium and an agent in Node, on the same rows, through a real
// server on PGlite and on Postgres 15.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { BoardPage } from './board-page';
import { runAgent } from './agent-process';
import { openPostgresStage, openStage, type Stage } from './stage';

for (const database of ['pglite', 'postgres'] as const) {
  describe(`the board on ${database}`, () => {
    let cluster: PostgresCluster | undefined;
    let stage: Stage;
    let browser: Browser;
    let ada: BoardPage;
    let grace: BoardPage;

    before(async () => {
      cluster = database === 'postgres' ? await startPostgres() : undefined;
      stage = cluster ? await openPostgresStage(await cluster.createDatabase('board')) : await openStage();
      browser = await openBrowser();
      ada = await BoardPage.open(browser, stage.board.url, 'ada');
      grace = await BoardPage.open(browser, stage.board.url, 'grace');
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
      await cluster?.stop();
    });

    const picture = (who: BoardPage, state: string) => who.picture(`${database}-${state}`);
    const both = (what: (who: BoardPage) => Promise<unknown>) => Promise.all([what(ada), what(grace)]);

    test('a task is added, moved and deleted on one page and the other follows', async () => {
      const id = await ada.add('Pick a typeface');
      await grace.shows(id, 'Pick a typeface');
      await grace.card(id).getByTestId('right').click();
      await ada.page.getByTestId('column-doing').getByTestId(`card-${id}`).waitFor();
      await ada.card(id).getByTestId('delete').click();
      await both((who) => who.card(id).waitFor({ state: 'detached' }));
    });

    test('a change shows at once where it was made, and everywhere once it is confirmed', async () => {
      const id = await ada.add('Book a room');
      await both((who) => who.shows(id, 'Book a room'));

      stage.pause();
      await ada.edit(id, 'Book the large room');
      await ada.shows(id, 'Book the large room');
      await ada.page.locator('[data-testid=connection][data-pending="1"]').waitFor();
      await grace.shows(id, 'Book a room');
      await picture(ada, 'optimistic');

      stage.resume();
      await grace.shows(id, 'Book the large room');
      await ada.live();
    });

    test('while an agent holds a row both pages say so, and a write to it is refused and taken back', async () => {
      const id = await ada.add('Draft the release notes');
      await grace.shows(id, 'Draft the release notes');
      const editor = await ada.startEditing(id);

      const agent = runAgent(stage.address, [id, '--seconds', '120']);
      await both((who) => who.card(id).getByText('agent:drafter').waitFor());
      await both((who) => who.card(id).getByText('drafting…').waitFor());
      assert.equal(await grace.title(id).isDisabled(), true);
      await picture(grace, 'held');
      await grace.page.emulateMedia({ colorScheme: 'dark' });
      await picture(grace, 'held-dark');
      await grace.page.emulateMedia({ colorScheme: 'light' });

      const titles = await ada.recordTitles(id);
      await editor.fill('Draft the release notes by hand');
      await ada.card(id).getByTestId('save').click();
      await ada.refusal(id, 'AbloClaimedError').getByText('drafter holds it').waitFor();
      await ada.shows(id, 'Draft the release notes');
      assert.deepEqual(await titles(), ['Draft the release notes by hand', 'Draft the release notes']);
      await picture(ada, 'refused-claimed');

      agent.finish();
      assert.equal(await agent.exited, 0);
      await both((who) => who.shows(id, 'Draft the release notes — drafted'));
      await both((who) => until('the row is free', () => who.title(id).isEnabled()));
      await ada.card(id).getByTestId('use-fresh').click();
      await grace.edit(id, 'The release notes');
      await ada.shows(id, 'The release notes');
    });

    test('a refused write can wait in line and lands when the row is free', async () => {
      const id = await ada.add('Record a demo');
      await grace.shows(id, 'Record a demo');
      const editor = await ada.startEditing(id);
      const agent = runAgent(stage.address, [id, '--seconds', '120']);
      await ada.card(id).getByText('agent:drafter').waitFor();
      await editor.fill('Record a two-minute demo');
      await ada.card(id).getByTestId('save').click();
      await ada.card(id).getByTestId('write-when-free').click();
      await grace.showsLine(id, 'agent:drafter', 'Ada');
      await picture(grace, 'waiting');

      agent.finish();
      assert.equal(await agent.exited, 0);
      await both((who) => who.shows(id, 'Record a two-minute demo'));
      await both((who) => until('the row is free', () => who.title(id).isEnabled()));
    });

    test('of two people who edit one title, the second is told and the first one’s value stands', async () => {
      const id = await ada.add('Call the printer');
      await grace.shows(id, 'Call the printer');
      const editor = await ada.startEditing(id);
      await grace.edit(id, 'Call the printer on Monday');
      await ada.card(id).getByText('Somebody has changed this row').waitFor();

      await editor.fill('Call the printer today');
      await ada.card(id).getByTestId('save').click();
      await ada.refusal(id, 'AbloStaleContextError').getByText('Grace changed the title').waitFor();
      await both((who) => who.shows(id, 'Call the printer on Monday'));
      await picture(ada, 'refused-stale');

      await ada.card(id).getByTestId('write-anyway').click();
      await both((who) => who.shows(id, 'Call the printer today'));
    });

    test('a stale refusal tells what was read and what has changed since', async () => {
      const id = await ada.add('Order stickers');
      await both((who) => who.shows(id, 'Order stickers'));
      const stamp = await ada.page.evaluate((id) => window.ablo!.snapshot({ tasks: id }).stamp, id);
      await grace.edit(id, 'Order 500 stickers');
      await ada.shows(id, 'Order 500 stickers');

      const refused = await ada.page.evaluate(
        ([id, readAt]) =>
          window.ablo!.tasks
            .update(id, { title: 'Order 50 stickers' }, { readAt, onStale: 'reject', wait: 'confirmed' })
            .then(() => undefined, ({ name, readAt, conflicts }) => ({ name, readAt, conflicts })),
        [id, stamp] as const,
      );
      assert.equal(refused?.name, 'AbloStaleContextError');
      assert.equal(refused.readAt, stamp);
      assert.equal(refused.conflicts.length, 1);
      assert.equal(refused.conflicts[0].id, id);
      assert.ok(refused.conflicts[0].fields.includes('title'));
      assert.deepEqual(refused.conflicts[0].actor, { kind: 'user', id: 'grace' });
      assert.ok(refused.conflicts[0].seq > stamp);
      await both((who) => who.shows(id, 'Order 500 stickers'));
    });

    const skip = database === 'pglite' && 'nobody else can open a PGlite';
    test('a row changed with psql appears on both pages', { skip }, async () => {
      const id = await ada.add('Send the invoices');
      await grace.shows(id, 'Send the invoices');
      await ada.live();
      await cluster!.psql(`update tasks set title = 'Send the invoices (by psql)' where id = '${id}'`, 'board');
      await both((who) => who.shows(id, 'Send the invoices (by psql)'));
      await picture(grace, 'psql');
    });

    test('an agent that is killed keeps its row no longer than its claim lasts', async () => {
      const id = await ada.add('Sort the inbox');
      await grace.shows(id, 'Sort the inbox');
      const agent = runAgent(stage.address, [id, '--seconds', '120', '--ttl', '2']);
      await both((who) => who.card(id).getByTestId('holder').waitFor());
      agent.kill();
      await both((who) => who.card(id).getByTestId('holder').waitFor({ state: 'detached' }));
      await ada.edit(id, 'Sort the inbox by hand');
      await grace.shows(id, 'Sort the inbox by hand');
    });

    test('after 200 interleaved writes both pages and the server agree', async () => {
      const shared = [await ada.add('Shared one'), await ada.add('Shared two'), await ada.add('Shared three')];
      await both((who) => Promise.all(shared.map((id) => who.card(id).waitFor())));
      const before = (await ada.rows()).length;

      await both((who) => who.page.evaluate(write100, shared));
      await both((who) => who.live());

      const truth = await until('both pages show what the server has', async () => {
        const [rows, ...shown] = await Promise.all([stage.rows(), ada.rows(), grace.rows()]);
        return shown.every((page) => page.join('\n') === rows.join('\n')) && rows;
      });
      assert.equal(truth.length, before + 40); // each page made 40 and deleted 20
      for (const status of ['todo', 'doing', 'done'] as const) {
        const expected = truth.filter((row) => row.split(' ')[1] === status).length;
        await both((who) => until(`${expected} are ${status}`, async () => (await who.count(status)) === expected));
      }
      await picture(grace, 'converged');
    });

    test('a killed server loses no confirmed write, doubles none, and pending ones settle', async () => {
      await both((who) => who.page.evaluate(startWriting, 60));
      await both((who) => who.page.waitForFunction(() => window.outcomes!.confirmed.length >= 10));

      await stage.kill();
      await both((who) => who.isIn('reconnecting'));
      await both((who) => who.page.waitForFunction(() => window.outcomes!.issued === 60));
      await picture(ada, 'reconnecting');
      await stage.start();

      await both((who) => who.live());
      await both((who) => who.page.waitForFunction(() => window.outcomes!.settled === 60));
      const outcomes = await both((who) => who.page.evaluate(() => window.outcomes!));
      for (const { refused } of outcomes as Outcomes[]) assert.deepEqual(refused, []);

      const written = (outcomes as Outcomes[]).flatMap(({ confirmed }) => confirmed).sort();
      const survivors = (rows: string[]) => rows.flatMap((row) => row.match(/Survivor .*/) ?? []).sort();
      assert.equal(written.length, 120);
      assert.deepEqual(survivors(await stage.rows()), written);
      await both((who) => until('the page has them all', async () => survivors(await who.rows()).length === 120));
      assert.deepEqual(survivors(await grace.rows()), written);
    });

    test('a thousand rows at once are all counted, and only a window of them is drawn', async () => {
      const before = (await ada.rows()).length;
      await ada.page.getByTestId('fill').click();
      await until('all are counted on both pages', async () => {
        const counts = await both(async (who) => (await who.rows()).length);
        return counts.every((count) => count === before + 1_000);
      }, 60_000);
      await both((who) => who.live());
      const drawn = () => grace.page.getByTestId('column-todo').locator('.card').count();
      assert.equal(await drawn(), 50);
      await picture(grace, 'thousand');
      await grace.page.getByTestId('more-todo').click();
      await until('more are drawn', async () => (await drawn()) === 100);
    });

    test('nothing was complained about in the pages', () => {
      assert.deepEqual([...ada.complaints, ...grace.complaints], []);
    });
  });
}

interface Outcomes {
  issued: number;
  settled: number;
  confirmed: string[];
  refused: string[];
}

declare global {
  interface Window {
    outcomes?: Outcomes;
  }
}

/** In the page: 40 creates, 20 changes of rows that both pages write, 20 of own rows, 20 deletes. */
async function write100(shared: string[]): Promise<void> {
  const { tasks } = window.ablo!;
  const mine: string[] = [];
  const status = (n: number) => (['todo', 'doing', 'done'] as const)[n % 3]!;
  for (let n = 0; n < 100; n++) {
    if (n % 5 < 2) mine.push((await tasks.create({ data: { title: `Row ${n}`, status: status(n) } })).id);
    else if (n % 5 === 2) await tasks.update(shared[n % shared.length]!, { status: status(n >> 2) });
    else if (n % 5 === 3) await tasks.update(mine.at(-1)!, { title: `Row ${n}, changed`, status: status(n >> 1) });
    else await tasks.delete(mine.shift()!);
    await new Promise((resolve) => setTimeout(resolve)); // lets the other page's changes in between
  }
}

/** In the page: writes one row after the other and keeps account of what was said of each. */
function startWriting(rows: number): void {
  const outcomes: Outcomes = (window.outcomes = { issued: 0, settled: 0, confirmed: [], refused: [] });
  const as = new URLSearchParams(location.search).get('as');
  const next = () => {
    const title = `Survivor ${as} ${++outcomes.issued}`;
    window.ablo!.tasks
      .create({ data: { title, status: 'done' }, wait: 'confirmed' })
      .then(() => outcomes.confirmed.push(title), (error) => outcomes.refused.push(`${title}: ${error.code}`))
      .finally(() => outcomes.settled++);
    if (outcomes.issued < rows) setTimeout(next, 20);
  };
  next();
}
