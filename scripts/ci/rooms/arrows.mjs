// SPDX-License-Identifier: MIT
//
// Who may know whom. `react → js → wasm`, `server → wasm`, `cli → server, js`; tests, bench and examples know the package as
// it is published, unit tests their own room besides. Inside the core the folders are layers, and the two halves of the
// conversation, session and hub, never see each other: they share messages, not code. js/src/source and js/src/ai are entry
// points of their own that nothing else of js knows: no client carries them.
import { dirname, join, normalize } from 'node:path';

const mayKnow = {
  wasm: [],
  js: ['wasm'],
  react: ['js'],
  server: ['wasm'],
  cli: ['server', 'js'],
  scripts: ['wasm', 'examples', 'tests'],
  examples: [],
  bench: ['examples', 'tests'],
  tests: ['examples', 'scripts', 'bench'],
};

/** Which room an entry point of the package belongs to: a room may use only those of the rooms it may know. */
const publishedBy = { '': 'js', schema: 'js', source: 'js', 'ai-sdk': 'js', react: 'react', server: 'server', testing: 'server' };
const consumers = ['examples', 'bench', 'tests', 'scripts'];

const lower = ['base', 'codec', 'schema', 'blocks'];
const rows = [...lower, 'query', 'store', 'writes'];
const coreMayKnow = {
  base: [],
  codec: ['base'],
  schema: ['base', 'codec'],
  blocks: ['base', 'schema'], // codec/block: rows in bulk, in the columns of their schema
  query: [...lower, 'store'], // live queries read the rows that
  store: [...rows, 'client'], // the store keeps by query
  writes: [...lower, 'query'],
  coordination: [...rows, 'client'],
  session: [...rows, 'coordination', 'client'],
  hub: [...lower, 'query', 'writes'],
};

/** The public headers and the layer each belongs to. `client` is the half that session drives. */
const publicHeader = {
  'ablo/error_code.h': 'base',
  'ablo/list.h': 'base',
  'ablo/result.h': 'base',
  'ablo/frame.h': 'base',
  'ablo/json.h': 'codec',
  'ablo/value.h': 'schema',
  'ablo/schema.h': 'schema',
  'ablo/client.h': 'client',
  'ablo/hub.h': 'hub',
};

export const wrongArrows = (files) =>
  files.flatMap((file) => (/\.(h|cpp)$/.test(file.path) ? wrongIncludes(file) : wrongImports(file)));

function wrongIncludes({ path, lines }) {
  if (!path.startsWith('wasm/core/src/')) return [];
  const own = layerOf(path.slice('wasm/core/src/'.length));
  if (!coreMayKnow[own]) return [{ path, line: 1, text: `the core has no layer "${own}": give it its arrows in scripts/ci/rooms/arrows.mjs` }];
  return found(lines, /^\s*#include "([^"]+)"/g).flatMap(({ line, target }) => {
    const layer = publicHeader[target] ?? layerOf(target);
    if (layer === own || coreMayKnow[own].includes(layer)) return [];
    return [{ path, line, text: `${own} must not know ${layer} (${target})` }];
  });
}

const layerOf = (path) => (path.startsWith('codec/block') ? 'blocks' : path.split('/')[0]);

const imports = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"]([^'"\n]+)['"]/g;

function wrongImports({ path, lines }) {
  const own = path.split('/')[0];
  const ownTests = own === 'tests' ? path.split('/')[1] : undefined;
  return found(lines, imports).flatMap(({ line, target }) => {
    const published = /^@abloatai\/ablo(?:\/(.*))?$/.exec(target);
    let room;
    if (published) {
      if (consumers.includes(own)) return [];
      room = publishedBy[(published[1] ?? '').split('/')[0]];
    } else if (target.startsWith('ablo:')) {
      room = 'wasm';
    } else if (target.startsWith('.')) {
      const file = normalize(join(dirname(path), target));
      const apart = /^js\/src\/(source|ai)(\/|$)/.exec(file)?.[0];
      if (apart && own === 'js' && !path.startsWith(apart)) return [{ path, line, text: `nothing else of js may know ${apart} (${target})` }];
      room = file.split('/')[0];
    }
    if (!room || room === own || !(room in mayKnow) || mayKnow[own]?.includes(room) || room === ownTests) return [];
    return [{ path, line, text: `${own} must not know ${room} (${target})` }];
  });
}

function found(lines, pattern) {
  return lines.flatMap((text, index) =>
    /^\s*(\/\/|\*|--)/.test(text) ? [] : [...text.matchAll(pattern)].map(([, target]) => ({ line: index + 1, target })));
}
