// SPDX-License-Identifier: MIT
//
// The board as one person sees it: what a test looks for on the page, and what it does there.

import type { Browser, Locator, Page } from 'playwright-core';
import type { Status } from '../../examples/task-board/src/task';
import { until } from '../support/until';
import { screenshot, visit } from '../support/browser';

export class BoardPage {
  private constructor(
    readonly page: Page,
    readonly complaints: string[],
    readonly close: () => Promise<void>,
  ) {}

  static async open(browser: Browser, board: string, as: string): Promise<BoardPage> {
    const { page, complaints, close } = await visit(browser, `${board}?as=${as}`);
    const opened = new BoardPage(page, complaints, close);
    await opened.live();
    return opened;
  }

  card(id: string): Locator {
    return this.page.getByTestId(`card-${id}`);
  }

  title(id: string): Locator {
    return this.card(id).getByTestId('title');
  }

  refusal(id: string, error: string): Locator {
    return this.card(id).locator(`[data-testid=refusal][data-error=${error}]`);
  }

  /** Who waits for the row, as the card shows it. */
  async line(id: string): Promise<string[]> {
    return this.card(id).getByTestId('line').locator('b').allInnerTexts();
  }

  /** Who holds the row, and then who waits, in their order. */
  async showsLine(id: string, holder: string, ...waiting: string[]): Promise<void> {
    await this.card(id).getByTestId('holder').getByText(holder, { exact: true }).waitFor();
    await until(`${waiting.join(', ') || 'nobody'} behind ${holder}`, async () => (await this.line(id)).join() === waiting.join());
  }

  async shows(id: string, title: string): Promise<void> {
    await this.title(id).getByText(title, { exact: true }).waitFor();
  }

  async count(status: Status): Promise<number> {
    return Number((await this.page.getByTestId(`count-${status}`).innerText()).replaceAll(',', ''));
  }

  /** Connected, and nothing waits for the server's word. */
  async live(): Promise<void> {
    await this.page.locator('[data-testid=connection][data-state=connected][data-pending="0"]').waitFor();
  }

  async isIn(state: string): Promise<void> {
    await this.page.locator(`[data-testid=connection][data-state=${state}]`).waitFor();
  }

  /** Adds a task as a person does, and waits until it is there with the id it has. */
  async add(title: string, status: Status = 'todo'): Promise<string> {
    const field = this.page.getByTestId(`add-${status}`);
    await field.fill(title);
    await field.press('Enter');
    return until(`“${title}” is on the board`, () =>
      this.page.evaluate((title) => window.ablo!.tasks.getAll({ where: { title } })[0]?.id, title),
    );
  }

  async startEditing(id: string): Promise<Locator> {
    await this.title(id).click();
    return this.card(id).getByTestId('editor');
  }

  async edit(id: string, title: string): Promise<void> {
    await (await this.startEditing(id)).fill(title);
    await this.card(id).getByTestId('save').click();
  }

  /** Every title that the card shows from now on, in order. */
  async recordTitles(id: string): Promise<() => Promise<string[]>> {
    const record = await this.page.evaluateHandle((id) => {
      const titles: string[] = [];
      const card = () => document.querySelector(`[data-testid="card-${id}"] [data-testid=title]`)?.textContent;
      new MutationObserver(() => {
        const title = card();
        if (title && titles.at(-1) !== title) titles.push(title);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
      return titles;
    }, id);
    return () => record.jsonValue() as Promise<string[]>;
  }

  /** All rows of the page's store in one order, to be compared with another's. */
  async rows(): Promise<string[]> {
    return this.page.evaluate(() =>
      window.ablo!.tasks
        .getAll()
        .map(({ id, status, title }) => `${id} ${status} ${title}`)
        .sort(),
    );
  }

  async picture(name: string): Promise<void> {
    await screenshot(this.page, name);
  }
}
