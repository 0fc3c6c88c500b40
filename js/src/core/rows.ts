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

/** Of an open query: slot and version of each row, in order. */
export type Result = Uint32Array;

/** Reads one field of a packed row. */
type ReadField = (module: CoreModule, at: number) => unknown;

/** A row object that was handed out. The cache alone keeps it only while it is read now and then. */
interface Shown {
  readonly slot: number;
  readonly version: number;
  row: Row | undefined;
  weak: WeakRef<Row> | undefined;
  readIn: number;
}

export class Rows {
  readonly #core: Core;
  /** Fields in the record's order; rows by slot, and those that were read by id. */
  readonly #models: { fields: [name: string, read: ReadField][]; shown: Shown[]; byId: Map<string, Shown> }[];
  /** Grows with every look at what is still read. */
  #age = 0;
  readonly sweep = new Sweep();

  /** `nullable` tells whether a field without a value is null, or undefined. */
  constructor(core: Core, nullable: (model: string, field: string) => boolean) {
    this.#core = core;
    this.sweep.first(() => this.#letGo());
    this.#models = core.models.map(({ key, fields }) => ({
      shown: [],
      byId: new Map(),
      fields: fields.map((field) => [field.name, reader(core, field, nullable(key, field.name) ? null : undefined)]),
    }));
  }

  /** The row, or undefined when the view has none. */
  get(model: number, id: string): Row | undefined {
    const { shown, byId } = this.#models[model]!;
    return this.#core.guarded((module, self) => {
      const before = byId.get(id); // no version comes twice: if it has it still, it is that row still
      if (before && module._ablo_version(self, model, before.slot) === before.version)
        return this.#at(module, self, model, before.slot, before.version);
      const at = module._ablo_input(self, id.length * 3);
      const slot = module._ablo_slot(self, model, writeText(module.HEAPU8, at, id));
      if (slot < 0) return undefined;
      const row = this.#at(module, self, model, slot, module._ablo_version(self, model, slot));
      byId.set(id, shown[slot]!);
      return row;
    });
  }

  /** The rows of a result, in order. */
  all(model: number, result: Result): readonly Row[] {
    return this.#core.guarded((module, self) => {
      const rows = new Array<Row>(result.length / 2);
      for (let i = 0; i < rows.length; i++)
        rows[i] = this.#at(module, self, model, result[2 * i]!, result[2 * i + 1]!)!;
      return Object.freeze(rows);
    });
  }

  /** Somebody has the rows of that result. */
  keep(model: number, result: Result): void {
    const { shown } = this.#models[model]!;
    for (let i = 0; i < result.length; i += 2) {
      const one = shown[result[i]!];
      if (one) one.readIn = this.#age;
    }
  }

  #at(module: CoreModule, self: number, model: number, slot: number, version: number): Row | undefined {
    const { shown, fields } = this.#models[model]!;
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
    shown[slot] = { slot, version, row: Object.freeze(row) as Row, weak: undefined, readIn: this.#age };
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
      for (const [id, one] of model.byId) if (kept[one.slot] !== one) model.byId.delete(id);
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
