// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { installPacked, type App } from './packed';

describe('the package from npm pack', () => {
  let app: App;
  before(() => { app = installPacked(); });
  after(() => app.remove());

  const dist = (name: string) => join(app.directory, 'node_modules/@abloatai/ablo/dist', name);

  test('holds what an app needs and nothing else', () => {
    const expected = [
      /^(package\.json|LICENSE|README\.md|CHANGELOG\.md)$/,
      /^dist\/(index|schema|react|source|ai-sdk|server|testing|cli)\.js$/,
      /^dist\/source\/(next|prisma|drizzle)\.js$/,
      /^dist\/chunks\/[\w-]+\.js$/,
      /^dist\/(core\.wasm|pglite-template\.tar\.gz)$/,
      /^dist\/types\/(js|react|server)\/src\/[\w/.-]+\.d\.ts$/,
      /^dist\/types\/wasm\/boundary\/(module|loader)\.d\.ts$/,
    ];
    assert.deepEqual(app.packed.filter((path) => !expected.some((pattern) => pattern.test(path))), []);
    for (const name of ['index', 'schema', 'react', 'source', 'source/next', 'source/prisma', 'source/drizzle', 'ai-sdk', 'server', 'testing', 'cli'])
      assert.ok(app.packed.includes(`dist/${name}.js`), `dist/${name}.js is missing`);
    for (const name of ['core.wasm', 'pglite-template.tar.gz']) assert.ok(app.packed.includes(`dist/${name}`), name);
  });

  test('every entry point it names is there, with its types', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(dist('..'), 'package.json'), 'utf8'));
    const targets = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? entry : Object.values(entry as object)));
    for (const target of [...targets, ...Object.values(bin)]) assert.ok(statSync(join(dist('..'), target as string)).isFile());
  });

  test('the client, the schema and the React binding load in plain Node, and Node exits by itself', () => {
    const printed = app.run(`
      import Ablo from '@abloatai/ablo';
      import { defineSchema } from '@abloatai/ablo/schema';
      import { AbloProvider, useAblo } from '@abloatai/ablo/react';
      console.log([Ablo, defineSchema, AbloProvider, useAblo].map((each) => typeof each).join(' '));
    `);
    assert.equal(printed, 'function function function function');
  });

  test('the server loads in plain Node', () => {
    assert.equal(app.run(`import * as server from '@abloatai/ablo/server'; console.log(Object.keys(server).length > 0);`), 'true');
  });

  test('a Data Source loads in plain Node, and nothing of an ORM, of Next.js or of the AI SDK until it is asked for', () => {
    const entries = ['source', 'source/next', 'source/prisma', 'source/drizzle', 'ai-sdk'];
    const loaded = () => entries.map((entry) => app.run(`
      const entry = await import('@abloatai/ablo/${entry}');
      console.log(Object.keys(entry).filter((name) => /^(dataSource|abloTools|[a-z]+DataSource|dataSourceNext)$/.test(name)).join());
    `));
    const without = () => loaded().map((printed) => /Cannot find package '(\S+)'/.exec(printed)?.[1] ?? printed);
    assert.deepEqual(loaded(), ['dataSource', 'dataSourceNext', 'prismaDataSource', 'drizzleDataSource', 'abloTools']);
    for (const name of ['ai', 'drizzle-orm']) rmSync(join(app.directory, 'node_modules', name));
    assert.deepEqual(without(), ['dataSource', 'dataSourceNext', 'prismaDataSource', 'drizzle-orm', 'ai']);
  });

  test('classes are the same through every entry point', () => {
    const printed = app.run(`
      import * as client from '@abloatai/ablo';
      import * as react from '@abloatai/ablo/react';
      import * as schema from '@abloatai/ablo/schema';
      import * as source from '@abloatai/ablo/source';
      const twice = [react, schema, source].flatMap((entry) => Object.keys(entry).filter((name) => name in client && entry[name] !== client[name]));
      console.log(JSON.stringify(twice));
    `);
    assert.equal(printed, '[]');
  });

  test('the React entry is marked for the client, the command can be executed', () => {
    assert.match(readFileSync(dist('react.js'), 'utf8'), /^["']use client["']/);
    assert.match(readFileSync(dist('cli.js'), 'utf8'), /^#!\/usr\/bin\/env node\n/);
    assert.ok(statSync(dist('cli.js')).mode & 0o100);
    assert.match(execFileSync(process.execPath, [dist('cli.js'), '--help'], { encoding: 'utf8' }), /ablo/);
  });

  test('./core.wasm is the module that is inlined', async () => {
    const [chunk] = app.packed.filter((path) => path.includes('/core-wasm-'));
    const { default: bytes } = await import(join(dist('..'), chunk!));
    assert.deepEqual(Buffer.from(bytes()), readFileSync(dist('core.wasm')));
  });

  for (const [resolution, module] of [['bundler', 'esnext'], ['nodenext', 'nodenext']]) {
    test(`its types are found with moduleResolution ${resolution}`, () => {
      writeFileSync(join(app.directory, 'typed.ts'), `
        import Ablo from '@abloatai/ablo';
        import { defineSchema } from '@abloatai/ablo/schema';
        import { dataSource } from '@abloatai/ablo/source';
        import { dataSourceNext } from '@abloatai/ablo/source/next';
        import { prismaDataSource } from '@abloatai/ablo/source/prisma';
        import { drizzleDataSource } from '@abloatai/ablo/source/drizzle';
        import { abloTools } from '@abloatai/ablo/ai-sdk';
        const wrong: { neverThere: 1 }[] = [  // an error in each line whose value has a type
          defineSchema,
          dataSource,
          dataSourceNext,
          prismaDataSource,
          drizzleDataSource,
          abloTools,
        ];
        export { Ablo, wrong };
      `);
      const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--lib', 'es2023,esnext,dom', '--types', ''];
      const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
      let errors = '';
      try {
        execFileSync(process.execPath, [tsc, ...options, '--module', module!, '--moduleResolution', resolution!, 'typed.ts'],
          { cwd: app.directory, encoding: 'utf8' });
      } catch (thrown) {
        errors = (thrown as { stdout: string }).stdout;
      }
      const named = errors.split('\n').map((line) => /^typed\.ts\((\d+),11\): error TS2\d+: .*neverThere/.exec(line)?.[1] ?? line).filter((line) => !/^\s/.test(line) && line);
      assert.deepEqual(named, ['10', '11', '12', '13', '14', '15']);
    });
  }
});
