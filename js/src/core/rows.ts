// SPDX-License-Identifier: MIT
//
// Rows: the row objects handed out. An unchanged row is the same object for as long as anybody has it to compare: the
// core's version of a slot decides, and a row is decoded when it is read, not when it changes.
import type { CoreModule, Tag as BoundaryTag } from '../../../wasm/boundary/module';
import { readText, writeText, type Core } from './core';
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

/** What an open query gave last. */
export interface Result {
  readonly rows: readonly Row[];
  /** The same rows here. */
  readonly shown: Shown[];
}

/** A field, with what stands for no value in it. */
interface Shape {
  readonly name: string;
  readonly nothing: null | undefined;
  readonly dateAsText: boolean | undefined;
}

/** A row object that was handed out. The cache alone keeps it only while it is read now and then. */
export interface Shown {
  readonly slot: number;
  readonly version: number;
  row: Row | undefined;
  weak: WeakRef<Row> | undefined;
  readIn: number;
}

export class Rows {
  readonly #core: Core;
  /** Fields in the record's order; rows by slot, and those that were read by id. */
  readonly #models: { fields: Shape[]; shown: Shown[]; byId: Map<string, Shown> }[];
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
      fields: fields.map(({ name, dateAsText }) => ({ name, nothing: nullable(key, name) ? null : undefined, dateAsText })),
    }));
  }

  /** The row, or undefined when the view has none. */
  get(model: number, id: string): Row | undefined {
    const { byId } = this.#models[model]!;
    return this.#core.guarded((module, self) => {
      const before = byId.get(id); // no version comes twice: if it has it still, it is that row still
      if (before && module._ablo_version(self, model, before.slot) === before.version)
        return this.#at(module, self, model, before.slot, before.version)!.row;
      const at = module._ablo_input(self, id.length * 3);
      const slot = module._ablo_slot(self, model, writeText(module.HEAPU8, at, id));
      if (slot < 0) return undefined;
      const one = this.#at(module, self, model, slot, module._ablo_version(self, model, slot))!;
      byId.set(id, one);
      return one.row;
    });
  }

  /** The result after what became of the one before. */
  edited(model: number, { rows: before, shown: held }: Result, edits: Uint32Array): Result {
    return this.#core.guarded((module, self) => {
      const [whole, gone] = edits;
      const rows = whole ? [] : [...before];
      const shown = whole ? [] : held;
      for (let at = 1 + gone!; at > 1; at--) {
        rows.splice(edits[at]!, 1);
        shown.splice(edits[at]!, 1);
      }
      for (let at = 2 + gone!; at < edits.length; at += 3) {
        const one = this.#at(module, self, model, edits[at + 1]!, edits[at + 2]!)!;
        if (whole) {
          rows.push(one.row!);
          shown.push(one);
        } else {
          rows.splice(edits[at]!, 0, one.row!);
          shown.splice(edits[at]!, 0, one);
        }
      }
      return { rows: Object.freeze(rows), shown };
    });
  }

  /** Somebody has the rows of that result. */
  keep({ shown }: Result): void {
    for (const one of shown) one.readIn = this.#age;
  }

  #at(module: CoreModule, self: number, model: number, slot: number, version: number): Shown | undefined {
    const { shown, fields } = this.#models[model]!;
    const before = shown[slot];
    if (before?.version === version) {
      const row = before.row ?? before.weak!.deref();
      if (row) {
        before.row = row;
        before.readIn = this.#age;
        return before;
      }
    }
    let at = module._ablo_row(self, model, slot) >>> 2;
    if (at === 0) return undefined;
    const row: Record<string, unknown> = {};
    for (const field of fields) {
      row[field.name] = this.#value(module, field, at);
      at += wordsPerField;
    }
    this.sweep.start();
    return (shown[slot] = { slot, version, row: Object.freeze(row) as Row, weak: undefined, readIn: this.#age });
  }

  /** What a field holds says how it is read, so that no code is generated: a page may forbid eval. */
  #value(module: CoreModule, { nothing, dateAsText }: Shape, at: number): unknown {
    const { HEAPU32, HEAPF64 } = module;
    switch (HEAPU32[at]) {
      case tag.no:
        return false;
      case tag.yes:
        return true;
      case tag.number:
        return HEAPF64[(at + 2) >>> 1];
      case tag.interned:
        return this.#core.string(HEAPU32[at + 2]!);
      case tag.text:
        return readText(module, HEAPU32[at + 2]!, HEAPU32[at + 1]!);
      case tag.date: {
        const date = new Date(Math.floor(HEAPF64[(at + 2) >>> 1]! / 1000));
        return dateAsText ? date.toJSON() : date;
      }
      case tag.json:
        return JSON.parse(readText(module, HEAPU32[at + 2]!, HEAPU32[at + 1]!)) as unknown;
      default:
        return nothing;
    }
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
