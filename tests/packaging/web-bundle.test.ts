// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, type Metafile } from 'esbuild';

async function bundleForBrowsers(source: string): Promise<{ text: string; inputs: string[]; outputs: Metafile['outputs'] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: process.cwd() },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'out',
    external: ['react', 'react/jsx-runtime'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return { text: outputFiles.map((file) => file.text).join('\n'), inputs: Object.keys(metafile.inputs), outputs: metafile.outputs };
}

const app = `
  import Ablo from '@abloatai/ablo';
  import { defineSchema } from '@abloatai/ablo/schema';
  import { AbloProvider, useAblo } from '@abloatai/ablo/react';
  globalThis.app = [Ablo, defineSchema, AbloProvider, useAblo];
`;

test('a web app bundles the client without anything of Node or the server', async () => {
  const { text, inputs, outputs } = await bundleForBrowsers(app);
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  assert.deepEqual(imports.filter(({ path, external }) => external && !path.startsWith('react')), []);
  assert.deepEqual(inputs.filter((path) => /node_modules\/(pg|pino|prom-client|jiti|citty|@electric-sql)\//.test(path)), []);
  assert.doesNotMatch(text, /postgres(ql)?:\/\/|set_config\(|hub\.wasm/);
  assert.doesNotMatch(text, /webhook-signature|source_timestamp|ablo_outbox|DataSource\b/, 'nor of Data Sources');
  assert.deepEqual(inputs.filter((path) => /node_modules\/(ai|drizzle-orm|@prisma)\/|dist\/(source|ai-sdk)/.test(path)), []);
});

test('WebAssembly is not in what a page loads first', async () => {
  const { outputs } = await bundleForBrowsers(app);
  const heavy = Object.entries(outputs).filter(([, { inputs }]) => Object.keys(inputs).some((path) => path.includes('core-wasm')));
  assert.equal(heavy.length, 1);
  const [path] = heavy[0]!;
  const loadedBy = Object.values(outputs).flatMap((output) => output.imports).filter((imported) => imported.path === path);
  assert.ok(loadedBy.length > 0 && loadedBy.every(({ kind }) => kind === 'dynamic-import'));
});

test('a page that only defines a schema carries no client', async () => {
  const { inputs } = await bundleForBrowsers(`export { defineSchema } from '@abloatai/ablo/schema';`);
  assert.deepEqual(inputs.filter((path) => /core-wasm|dist\/index/.test(path)), []);
});
