// SPDX-License-Identifier: MIT
//
// A real Chromium for tests with a DOM, Debian's unless CHROMIUM names another. Each person gets a context of their
// own: own storage, own session. Whatever a page complains about is kept, so that a test can end by asking that
// nothing was.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executable(), args: flags });
}

/** A browser that keeps what its pages keep, in a directory. */
export async function openProfile(directory: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(directory, { executablePath: executable(), args: flags, headless: true });
}

function executable(): string {
  const found = process.env.CHROMIUM ?? places.find(existsSync);
  if (!found) throw new Error('No Chromium was found. Run `npm run setup`, or set CHROMIUM to its path.');
  return found;
}

export interface Visit {
  page: Page;
  /** Errors that the page threw or logged, except those of a connection that failed. */
  complaints: string[];
  close(): Promise<void>;
}

export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1240, height: 760 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.addInitScript('globalThis.__name = (made) => made'); // tsx names the functions it compiles by this
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    const lostConnection = /^Failed to load resource|WebSocket connection to/.test(message.text());
    if (message.type() === 'error' && !lostConnection) complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

const screenshots = new URL('../../build/screenshots/', import.meta.url);

/** Keeps a picture for people to look at; no test depends on how it looks. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: new URL(`${name}.png`, screenshots).pathname, animations: 'disabled' });
}
