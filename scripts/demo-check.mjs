// SPDX-License-Identifier: MIT
//
// What `npm run demo -- --once` looks at: in a real browser, the page shows rows, and the agent's work on one of
// them is seen from the claim to the draft. The task it makes for this is gone afterwards.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openBrowser, visit } from '../tests/support/browser.ts';

const agentScript = fileURLToPath(new URL('../examples/task-board/agent.ts', import.meta.url));

export async function check(board, { url, apiKey }) {
  const browser = await openBrowser();
  try {
    const { page, complaints } = await visit(browser, `${board}?as=ada`);
    await page.locator('.card').first().waitFor();
    console.log(`  the page shows ${await page.locator('.card').count()} cards`);

    const title = `Checked at ${new Date().toISOString()}`;
    await page.getByTestId('add-todo').fill(title);
    await page.getByTestId('add-todo').press('Enter');
    const card = page.locator('.card', { hasText: title });
    await card.waitFor();
    await page.locator('[data-testid=connection][data-pending="0"]').waitFor();
    const id = (await card.getAttribute('data-testid')).replace('card-', '');

    const agent = spawn(process.execPath, ['--import', 'tsx', agentScript, id, '--seconds', '2'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ABLO_URL: url, ABLO_API_KEY: apiKey },
    });
    const exited = once(agent, 'exit');
    await card.getByText('agent:drafter').waitFor();
    console.log('  the page shows that agent:drafter holds the row');
    const [code] = await exited;
    if (code !== 0) throw new Error(`The agent ended with ${code}.`);
    await card.getByText(`${title} — drafted`).waitFor();
    await card.getByTestId('delete').click();
    await card.waitFor({ state: 'detached' });
    await page.locator('[data-testid=connection][data-pending="0"]').waitFor();
    console.log('  the agent wrote its draft, released the row, and the page shows it');
    if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join('\n')}`);
  } finally {
    await browser.close();
  }
}
