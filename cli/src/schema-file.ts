// SPDX-License-Identifier: MIT
//
// The application's schema file: where it is, what it exports, and when it changes. It is TypeScript and is run as it
// is (jiti), so it may import whatever the project can.
import { existsSync, watch, type FSWatcher } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { NamedError } from '../../server/src/index';

const kPlaces = ['ablo/schema.ts', 'ablo.schema.ts', 'src/ablo/schema.ts'];
const kPackage = '@abloatai/ablo/schema';
const kSettle = 300;

/** What of defineSchema()'s result is used here. */
interface Exported {
  document?: object;
}

/** The file named, else the first of the usual places. */
export function findSchema(named?: string): string {
  const places = (named ? [named] : kPlaces).map((place) => resolve(place));
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  const advice = 'Export `schema` from one, or name the file with --schema.';
  throw new NamedError('schema_not_found', `No schema at ${places.join(', ')}. ${advice}`);
}

/** The document of the schema that the file exports as `schema`, or as its default. */
export async function loadSchema(file: string): Promise<string> {
  const jiti = createJiti(file, { moduleCache: false, fsCache: false, alias: ownPackage(file) });
  let exported: { schema?: Exported; default?: Exported };
  try {
    exported = await jiti.import(file);
  } catch (error) {
    const named = NamedError.from(error);
    if (named.code !== 'internal_error') throw named;
    const message = error instanceof Error ? error.message : String(error);
    throw new NamedError('invalid_schema', `${file} cannot be loaded: ${message}`, { cause: error });
  }
  const document = (exported.schema ?? exported.default)?.document;
  if (typeof document !== 'object') {
    const advice = 'It needs `export const schema = defineSchema({ … })`.';
    throw new NamedError('schema_not_found', `${file} exports no schema. ${advice}`);
  }
  return JSON.stringify(document);
}

/** A project that does not have the package installed gets the one this command belongs to. */
function ownPackage(file: string): Record<string, string> {
  try {
    createRequire(file).resolve(kPackage);
    return {};
  } catch {
    return { [kPackage]: fileURLToPath(import.meta.resolve(kPackage)) };
  }
}

/** Calls `changed` when the schema may have changed. Stops when the function it returns is called. */
export function watchSchema(named: string | undefined, changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let settle: NodeJS.Timeout | undefined;
  const look = () => {
    const own = (named ? [named] : kPlaces).map((place) => dirname(resolve(place)));
    const above = own.map(dirname).filter((directory) => directory.startsWith(resolve())); // where one may come to be
    const directories = new Set([...own, ...above]);
    for (const [directory, watcher] of watchers) {
      if (existsSync(directory)) continue;
      watcher.close();
      watchers.delete(directory);
    }
    for (const directory of directories) {
      if (watchers.has(directory) || !existsSync(directory)) continue;
      const watcher = watch(directory, (_, name) => void (concerns(name) && later()));
      watchers.set(directory, watcher.on('error', () => {}));
    }
  };
  const later = () => {
    clearTimeout(settle);
    settle = setTimeout(() => {
      look();
      changed();
    }, kSettle);
  };
  look();
  return () => {
    clearTimeout(settle);
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Sources, and folders a schema may be in; not the logs and build output beside them. */
function concerns(name: string | null): boolean {
  if (name === null) return true;
  const extension = extname(name);
  return extension === '' ? !basename(name).startsWith('.') : /^\.[cm]?[jt]sx?$/.test(extension);
}
