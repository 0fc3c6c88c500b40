// SPDX-License-Identifier: MIT
//
// Two people in Chromium and three agents in Node stand in line for one row: both pages show who holds it and the same line,
// and it moves when somebody lets go, when an agent is killed, and when it is a person's turn.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { BoardPage } from './board-page';
import { runAgent } from './agent-process';
import { openPostgresStage, type Stage } from './stage';

describe('two people and three agents on one row', () => {
  let cluster: PostgresCluster;
  let stage: Stage;
  let browser: Browser;
  let ada: BoardPage;
  let grace: BoardPage;
  let id: string;

  before(async () => {
    cluster = await startPostgres();
    stage = await openPostgresStage(await cluster.createDatabase('board'));
    browser = await openBrowser();
    ada = await BoardPage.open(browser, stage.board.url, 'ada');
    grace = await BoardPage.open(browser, stage.board.url, 'grace');
    id = await ada.add('Write the announcement');
    await grace.shows(id, 'Write the announcement');
  });

  after(async () => {
    await browser?.close();
    await stage?.close();
    await cluster?.stop();
  });

  const both = (what: (who: BoardPage) => Promise<unknown>) => Promise.all([what(ada), what(grace)]);
  const bothShow = (holder: string, ...waiting: string[]) => both((who) => who.showsLine(id, holder, ...waiting));
  const agent = (name: string, ttl = 15) => runAgent(stage.address, [id, '--seconds', '120', '--name', name, '--ttl', `${ttl}`]);

  test('the line forms in the order they came, and moves on release and on expiry', async () => {
    const [editor, other] = [await ada.startEditing(id), await grace.startEditing(id)];
    const drafter = agent('drafter');
    await bothShow('agent:drafter');
    const reviewer = agent('reviewer', 2);
    await bothShow('agent:drafter', 'reviewer');

    await editor.fill('Write the announcement today');
    await ada.card(id).getByTestId('save').click();
    await ada.card(id).getByTestId('write-when-free').click();
    await bothShow('agent:drafter', 'reviewer', 'Ada');
    const translator = agent('translator');
    await bothShow('agent:drafter', 'reviewer', 'Ada', 'translator');
    await other.fill('Write the announcement at noon');
    await grace.card(id).getByTestId('save').click();
    await grace.card(id).getByTestId('write-when-free').click();
    await bothShow('agent:drafter', 'reviewer', 'Ada', 'translator', 'Grace');
    await grace.picture('line-formed');
    await ada.picture('line-formed-waiting');

    drafter.finish();
    assert.equal(await drafter.exited, 0);
    await bothShow('agent:reviewer', 'Ada', 'translator', 'Grace');
    await both((who) => who.shows(id, 'Write the announcement — drafted'));
    await grace.picture('line-moved-on-release');

    reviewer.kill(); // while it holds the row: nobody gives it back
    await bothShow('agent:translator', 'Grace');
    await both((who) => who.shows(id, 'Write the announcement today'));
    await grace.picture('line-moved-on-expiry');

    translator.finish();
    assert.equal(await translator.exited, 0);
    await both((who) => who.shows(id, 'Write the announcement at noon'));
    await both((who) => until('the row is free', () => who.title(id).isEnabled()));
    await grace.picture('line-gone');
  });

  test('nothing was complained about in the pages', () => {
    assert.deepEqual([...ada.complaints, ...grace.complaints], []);
  });
});
