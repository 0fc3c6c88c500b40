// SPDX-License-Identifier: MIT
//
// Commits: promises for the writes that have not settled. The core applies, sends, repeats and takes back; here is only
// who waits for what. Each commit settles once: confirmed (its change has been applied here), rejected, or unknown for
// too long.
import { checkWriteOptions } from '../model/write-options';
import type { WriteOptions } from '../model/types';
import { abloError, asAbloError, fromWire, type AbloError } from '../errors/errors';
import { toJson } from '../json';
import { randomId } from '../platform';
import { heard, pending, type Pending } from './pending';
import type { Store, View } from './store';
import type { MutationFailure, Operation, Receipt, StaleNotification } from './types';

// Outcomes of a commit in the core's frame; the third is: not known for too long.
const confirmed = 1;
const rejected = 2;

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
      const { wait = this.store.settings.defaultWait, timeout, guard } = checkWriteOptions(options);
      const key = guard.key ?? randomId();
      const text = toJson({ ...guard, key, operations, claim: options.claim });
      const commit = view.core.commit(text, Date.now());
      const open = { ...pending<Receipt>(this.store.connection.hold()), transaction: { id: key, operations }, text };
      this.#open.set(commit, open);
      if (wait === 'confirmed') return within(timeout, key, open.promise).then((receipt) => result(receipt, view));
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

function within<T>(timeout: number | undefined, key: string, promise: Promise<T>): Promise<T> {
  if (timeout === undefined) return promise;
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(abloError('commit_no_result', '', { details: { idempotencyKey: key } })), timeout);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
