// SPDX-License-Identifier: MIT
//
// Rows: the row objects handed out. An unchanged row is the same object for as long as anybody may compare it: the
// core's version of a slot decides, and a row is decoded when it is read, not when it changes.
import type { CoreModule, Tag as BoundaryTag } from '../../../wasm/boundary/module';
import { readText, type Core, type CoreModel } from './core';

export type Row = Readonly<Record<string, unknown>> & { readonly id: string };

const tag = {
  absent: 0,
  no: 1,
  yes: 2,
  number: 3,
  date: 4,
  interned: 5,
  text: 6,
  json: 7,
} as const satisfies { [Name in keyof typeof BoundaryTag]: (typeof BoundaryTag)[Name] };

const wordsPerField = 4;

/** Reads one field of a packed row. */
type ReadField = (module: CoreModule, at: number) => unknown;

export class Rows {
  readonly #core: Core;
  readonly #models: { objects: (Row | undefined)[]; versions: number[]; fields: [name: string, read: ReadField][] }[];

  /** `nullable` tells whether a field without a value is null, or undefined. */
  constructor(core: Core, nullable: (model: string, field: string) => boolean) {
    this.#core = core;
    this.#models = core.models.map((model) => ({
      objects: [],
      versions: [],
      fields: model.fields.map((field) => [
        field.name,
        reader(core, field, nullable(model.key, field.name) ? null : undefined),
      ]),
    }));
  }

  /** The row, or undefined when the view has none. */
  get(model: number, id: string): Row | undefined {
    const slot = this.#core.slot(model, id);
    return slot < 0 ? undefined : this.at(model, slot);
  }

  at(model: number, slot: number): Row | undefined {
    const { objects, versions, fields } = this.#models[model]!;
    const version = this.#core.version(model, slot);
    if (versions[slot] === version) return objects[slot];
    versions[slot] = version;
    return (objects[slot] = this.#core.row(model, slot, (module, at) => {
      const row: Record<string, unknown> = {};
      for (const [name, read] of fields) {
        row[name] = read(module, at);
        at += wordsPerField;
      }
      return Object.freeze(row) as Row;
    }));
  }
}

/** Closures made once for each field: a page that forbids eval cannot have generated code. */
function reader(core: Core, field: CoreModel['fields'][number], nothing: null | undefined): ReadField {
  const value = readerOf(core, field);
  return (module, at) => (module.HEAPU32[at] === tag.absent ? nothing : value(module, at));
}

function readerOf(core: Core, { type, dateAsText }: CoreModel['fields'][number]): ReadField {
  const number: ReadField = (module, at) => module.HEAPF64[(at + 2) >>> 1];
  const text = (module: CoreModule, at: number) => readText(module, module.HEAPU32[at + 2]!, module.HEAPU32[at + 1]!);
  const millisecond = (module: CoreModule, at: number) => new Date(Math.floor(module.HEAPF64[(at + 2) >>> 1]! / 1000));
  switch (type) {
    case 'number':
      return number;
    case 'boolean':
      return (module, at) => module.HEAPU32[at] === tag.yes;
    case 'date':
      return dateAsText ? (module, at) => millisecond(module, at).toISOString() : millisecond;
    case 'json':
      return (module, at) => JSON.parse(text(module, at)) as unknown;
    case 'string':
    case 'enum':
      return (module, at) =>
        module.HEAPU32[at] === tag.interned ? core.string(module.HEAPU32[at + 2]!) : text(module, at);
  }
}
