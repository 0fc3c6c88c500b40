// SPDX-License-Identifier: MIT
//
// Commits: promises for the writes that have not settled. The core applies, sends, repeats and takes back; here is only
// who waits for what. Each commit settles once: confirmed (its change has been applied here), rejected, or unknown for
// too long.
import { milliseconds } from '../duration';
import type { WriteOptions } from '../model/types';
import { abloError, asAbloError, fromWire, type AbloError } from '../errors/errors';
import { toJson } from '../json';
import { randomId } from '../platform';
import { heard, inTime, pending, type Pending } from './pending';
import type { Store, View } from './store';
import type { MutationFailure, Operation, Receipt, StaleNotification } from './types';

// Outcomes of a commit in the core's frame; the third is: not known for too long.
const confirmed = 1;
const rejected = 2;

/** Names of an older API. */
const olderNames = new Map([['overwrite', 'force'], ['notify', 'flag']]);

interface PendingCommit extends Pending<Receipt> {
  readonly transaction: MutationFailure['transaction'];
  /** As the core was given it. */
  readonly text: string;
  /** Somebody was told that its outcome is not known. */
  unknown?: boolean;
}

export class Commits {
  #open = new Map<number, PendingCommit>();
  readonly #listeners = new Set<(failure: MutationFailure) => void>();
  readonly #unsaid: unknown[] = [];

  constructor(private readonly store: Store) {}

  /**
   * Applies the operations here, together, and sends them. `result` makes what the promise resolves to, once the write
   * is queued or confirmed, whichever is waited for.
   */
  write<T>(
    operations: Operation[],
    options: WriteOptions & { claim?: string },
    result: (receipt: Receipt, view: View) => T | PromiseLike<T>,
  ): Promise<T> {
    const written = this.store.run((view) => {
      const { wait = this.store.settings.defaultWait, timeout, idempotencyKey, claim } = options;
      if (wait !== 'queued' && wait !== 'confirmed')
        throw abloError('write_options_invalid', "wait is 'queued' or 'confirmed'.", { param: 'wait' });
      const patience = timeout === undefined ? undefined : milliseconds(timeout, 'timeout');
      const readAt = options.readAt ?? undefined;
      const onStale = olderNames.get(options.onStale ?? '') ?? options.onStale ?? undefined;
      const key = idempotencyKey ?? randomId();
      const text = toJson({ key, operations, claim, readAt, onStale });
      const late = () => abloError('commit_no_result', '', { details: { idempotencyKey: key } });
      const commit = view.core.commit(text, Date.now());
      const open = { ...pending<Receipt>(this.store.connection.hold()), transaction: { id: key, operations }, text };
      this.#open.set(commit, open);
      if (wait === 'confirmed') return inTime(open.promise, patience, late).then((receipt) => result(receipt, view));
      open.promise.catch((thrown) => this.#unheard(thrown));
      return result({ id: key, status: 'queued' }, view);
    });
    return this.heard(written);
  }

  /** The promise of a write: one that nobody waits for says here that it was refused. */
  heard<T>(write: Promise<T>): Promise<T> {
    return heard(write, (thrown) => this.#unheard(thrown));
  }

  settled(commit: number, outcome: number, seq: number, text: string): void {
    const open = this.#open.get(commit);
    if (!open) return;
    // One whose outcome is not known for now is still pending: what becomes of it is told later.
    open.unknown = outcome !== confirmed && outcome !== rejected;
    if (!open.unknown) this.#open.delete(commit);
    const said = (text ? JSON.parse(text) : undefined) as unknown;
    if (outcome === confirmed) {
      open.resolve({
        id: open.transaction.id,
        status: 'confirmed',
        lastSyncId: seq,
        ...(said !== undefined && { notifications: said as StaleNotification[] }),
      });
    } else {
      this.#refuse(open, fromWire(said), outcome === rejected);
    }
  }

  /** Gives a new core what the one before left unsettled, in the order it was written. */
  again({ core }: View): void {
    const before = this.#open;
    this.#open = new Map();
    for (const open of before.values()) {
      try {
        this.#open.set(core.commit(open.text, Date.now()), open);
      } catch (thrown) {
        this.#refuse(open, asAbloError(thrown), true);
      }
    }
  }

  fail(error: AbloError): void {
    for (const open of this.#open.values()) if (!open.unknown) this.#refuse(open, error, false);
    this.#open.clear();
  }

  onFailure(listener: (failure: MutationFailure) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #refuse({ transaction, reject }: PendingCommit, error: AbloError, permanent: boolean): void {
    reject(error);
    for (const listener of this.#listeners) this.store.notify(() => listener({ transaction, error, permanent }));
  }

  /** Many at once (the login is gone, the client was disposed) are said once. */
  #unheard(thrown: unknown): void {
    if (this.#unsaid.push(thrown) > 1) return;
    setTimeout(() => {
      const [first, ...more] = this.#unsaid.splice(0);
      const others = more.length > 0 ? ` So were ${more.length} more.` : '';
      this.store.settings.logger.error(
        `A write that nobody waited for was refused, or its outcome is not known.${others}`,
        first,
      );
    });
  }
}
