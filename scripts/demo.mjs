// SPDX-License-Identifier: MIT
//
// The demo once everything is built: `ablo dev` on examples/task-board, a dozen rows, the board's own server. It
// owns what it starts: whatever way it ends, nothing is left running.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { forgetAddress, writeAddress } from '../examples/task-board/address.ts';
import { seed } from '../examples/task-board/seed.ts';
import { serveBoard } from '../examples/task-board/server.ts';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** What went wrong, in words for whoever started the demo. */
class Trouble extends Error {}

const options = {};
function readOptions() {
  try {
    const known = { once: { type: 'boolean' }, port: { type: 'string' }, 'server-port': { type: 'string' } };
    Object.assign(options, parseArgs({ options: known }).values);
  } catch (error) {
    throw new Trouble(`${error.message.replace(/\.?$/, '.')} \`npm run demo -- --help\` says what there is.`);
  }
  for (const name of ['port', 'server-port']) {
    const port = options[name] ?? '1';
    if (!/^\d{1,5}$/.test(port) || port < 1 || port > 65_535) throw new Trouble(`--${name} takes a port, not '${port}'.`);
  }
}

const runsAlready = 'The demo is running already. End it first: Ctrl-C in its terminal.';

/** Whatever has to be undone, newest first. */
const undo = [];
let ending;
const end = (code) =>
  (ending ??= (async () => {
    for (const step of undo.reverse()) await step().catch((error) => console.error(error));
    process.exit(code);
  })());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (!ending) console.log('\nEnding the demo …');
    void end(130);
  });
}

async function free(port) {
  const probe = createServer();
  const listening = await new Promise((tell) => {
    probe.once('error', () => tell(false)).listen(port, '127.0.0.1', () => tell(true));
  });
  await new Promise((closed) => probe.close(closed));
  return listening;
}

/** The port that was asked for, or the first free one from the usual one on. */
async function choosePort(asked, usual) {
  if (asked !== undefined) {
    if (await free(Number(asked))) return Number(asked);
    throw new Trouble(`Port ${asked} is used by another program. Stop it, or name another port.`);
  }
  for (let port = usual; port < usual + 50; port++) if (await free(port)) return port;
  throw new Trouble(`No port from ${usual} to ${usual + 49} is free. Name one with --port and --server-port.`);
}

/** Starts `ablo dev` and waits until it has told its address and key and the schema is in force. */
async function startAblo(port) {
  const directory = path('examples/task-board');
  const args = ['dev', '--schema', 'ablo.schema.ts', '--dir', '.ablo', '--port', `${port}`, '--json'];
  const child = spawn(process.execPath, [path('dist/cli.js'), ...args], {
    cwd: directory,
    detached: true, // a process group of its own: Ctrl-C reaches it through us, after the page's server is gone
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  undo.push(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  });

  const said = createInterface({ input: child.stdout });
  const ready = new Promise((tell, fail) => {
    let address;
    said.on('line', (line) => {
      const { event, code, message, url, apiKey } = JSON.parse(line);
      if (event === 'ready') address = { url, apiKey };
      if (event === 'schema') tell(address);
      if (code) fail(new Trouble(code === 'directory_locked' ? runsAlready : `${code}: ${message}`));
    });
    void exited.then(() => fail(new Trouble('`ablo dev` ended before it was ready.')));
  });
  const address = await ready;
  void exited.then(() => {
    if (!ending) console.error('`ablo dev` has ended, and the demo with it.');
    void end(1);
  });
  return address;
}

async function step(title, work) {
  const began = Date.now();
  const result = await work();
  console.log(`  ${title.padEnd(56)}${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s`);
  return result;
}

async function demo() {
  readOptions();
  const address = await step('server on the embedded database', async () =>
    startAblo(await choosePort(options['server-port'], 8787)),
  );
  await writeAddress(address);
  undo.push(forgetAddress);
  const rows = await step('rows', () => seed(address));
  const board = await step('page', async () => serveBoard(address, await choosePort(options.port, 3000)));
  undo.push(() => board.close());
  const seconds = (Date.now() - Number(process.env.ABLO_DEMO_BEGAN ?? Date.now() * 1000) / 1000) / 1000;

  console.log(`
  The board, ${rows} tasks:  ${board.url}?as=ada    (served after ${seconds.toFixed(1)} s)
  A second person:     ${board.url}?as=grace
  An agent:            npm run agent    (in another terminal)
`);
  if (!options.once) return console.log('  Ctrl-C ends it all; the rows stay in examples/task-board/.ablo');

  const { check } = await import('./demo-check.mjs');
  await check(board.url, address);
  console.log(`demo: the page and the agent work; the page was served after ${seconds.toFixed(1)} s`);
  await end(0);
}

demo().catch((error) => {
  console.error(error instanceof Trouble ? `demo: ${error.message}` : error);
  void end(1);
});
