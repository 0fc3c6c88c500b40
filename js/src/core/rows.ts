// SPDX-License-Identifier: MIT
//
// Rows: the row objects handed out. An unchanged row is the same object for as long as anybody has it to compare: the
// core's version of a slot decides, and a row is decoded when it is read, not when it changes.
import type { CoreModule, Tag as BoundaryTag } from '../../../wasm/boundary/module';
import { readText, writeText, type Core, type CoreModel } from './core';
import { Sweep } from './sweep';

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

/** A row object that was handed out. The cache alone keeps it only while it is read now and then. */
interface Shown {
  readonly version: number;
  row: Row | undefined;
  weak: WeakRef<Row> | undefined;
  readIn: number;
}

export class Rows {
  readonly #core: Core;
  /** Fields in the record's order; rows by slot. */
  readonly #models: { fields: [name: string, read: ReadField][]; shown: Shown[] }[];
  /** Grows with every look at what is still read. */
  #age = 0;
  readonly sweep = new Sweep();

  /** `nullable` tells whether a field without a value is null, or undefined. */
  constructor(core: Core, nullable: (model: string, field: string) => boolean) {
    this.#core = core;
    this.sweep.first(() => this.#letGo());
    this.#models = core.models.map(({ key, fields }) => ({
      shown: [],
      fields: fields.map((field) => [field.name, reader(core, field, nullable(key, field.name) ? null : undefined)]),
    }));
  }

  /** The row, or undefined when the view has none. */
  get(model: number, id: string): Row | undefined {
    return this.#core.guarded((module, self) => {
      const at = module._ablo_input(self, id.length * 3);
      const slot = module._ablo_slot(self, model, writeText(module.HEAPU8, at, id));
      return slot < 0 ? undefined : this.#at(module, self, model, slot);
    });
  }

  /** The rows in those slots, in order. */
  all(model: number, slots: Uint32Array): readonly Row[] {
    return this.#core.guarded((module, self) => {
      const rows = new Array<Row>(slots.length);
      for (let i = 0; i < slots.length; i++) rows[i] = this.#at(module, self, model, slots[i]!)!;
      return Object.freeze(rows);
    });
  }

  /** Somebody has the rows in those slots. */
  keep(model: number, slots: Uint32Array): void {
    const { shown } = this.#models[model]!;
    for (const slot of slots) if (shown[slot]) shown[slot].readIn = this.#age;
  }

  #at(module: CoreModule, self: number, model: number, slot: number): Row | undefined {
    const { shown, fields } = this.#models[model]!;
    const version = module._ablo_version(self, model, slot);
    const before = shown[slot];
    if (before?.version === version) {
      const row = before.row ?? before.weak!.deref();
      if (row) {
        before.row = row;
        before.readIn = this.#age;
        return row;
      }
    }
    let at = module._ablo_row(self, model, slot) >>> 2;
    if (at === 0) return undefined;
    const row: Record<string, unknown> = {};
    for (const [name, read] of fields) {
      row[name] = read(module, at);
      at += wordsPerField;
    }
    shown[slot] = { version, row: Object.freeze(row) as Row, weak: undefined, readIn: this.#age };
    this.sweep.start();
    return row as Row;
  }

  /** Rows nobody read for a while are held weakly: whoever has one still gets that one, and then it is collected. */
  #letGo(): boolean {
    const before = this.#age++;
    for (const model of this.#models) {
      const kept: Shown[] = [];
      model.shown.forEach((one, slot) => {
        if (one.row && one.readIn < before) {
          one.weak ??= new WeakRef(one.row);
          one.row = undefined;
        }
        if (one.row ?? one.weak!.deref()) kept[slot] = one;
      });
      model.shown = kept;
    }
    this.#core.forgetStrings(); // most are the ids of rows
    return this.#models.some(({ shown }) => shown.length > 0);
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
      return dateAsText ? (module, at) => millisecond(module, at).toJSON() : millisecond;
    case 'json':
      return (module, at) => JSON.parse(text(module, at)) as unknown;
    case 'string':
    case 'enum':
      return (module, at) =>
        module.HEAPU32[at] === tag.interned ? core.string(module.HEAPU32[at + 2]!) : text(module, at);
  }
}
