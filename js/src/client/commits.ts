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
import { heard, Heard, inTime, pending, type Settling } from './pending';
import type { Claims } from '../coordination/claims';
import type { Snapshots } from '../coordination/snapshot';
import type { Store, View } from './store';
import type { MutationFailure, Operation, Receipt, StaleNotification } from './types';

// Outcomes of a commit in the core's frame. Unknown: for too long, for now. Outdated: it is to be made anew.
const confirmed = 1;
const rejected = 2;
const unknown = 3;
const outdated = 4;

/** How often a write that is made from the row is made anew, if nothing else is said. */
const mostRetries = 100;

interface PendingCommit {
  readonly settling: Settling<Receipt>;
  readonly transaction: MutationFailure['transaction'];
  /** As the core was given it; undefined when it goes by a claim, or by what was read, which another core does not know. */
  readonly text: string | undefined;
  /** Makes it anew from the rows as they are. */
  commit(view: View, settling: Settling<Receipt>, how: object): void;
  /** Somebody was told that its outcome is not known. */
  unknown?: boolean;
}

export class Commits {
  #open = new Map<number, PendingCommit>();
  readonly #listeners = new Set<(failure: MutationFailure) => void>();
  readonly #unsaid: unknown[] = [];

  constructor(private readonly store: Store, private readonly claims: Claims, private readonly snapshots: Snapshots) {}

  /**
   * Applies the operations here, together, and sends them. `result` makes what the promise resolves to, once the write
   * is queued or confirmed, whichever is waited for. Operations that are made from the rows are made anew whenever they come
   * too late, until they land or there are no more `retries`.
   */
  write<T>(
    operations: Operation[] | (() => Operation[]),
    options: Omit<WriteOptions, 'claim'> & { claim?: unknown },
    result: (receipt: Receipt, view: View) => T | PromiseLike<T>,
  ): Promise<T> {
    const written = this.store.run((view) => {
      const { wait = this.store.settings.defaultWait, timeout, idempotencyKey, retries = mostRetries, snapshot, ...rest } = options;
      const claim = typeof rest.claim === 'object' ? ((rest.claim as { claimId?: string } | null)?.claimId ?? '') : rest.claim;
      if (wait !== 'queued' && wait !== 'confirmed')
        throw abloError('write_options_invalid', "wait is 'queued' or 'confirmed'.", { param: 'wait' });
      const patience = milliseconds(timeout, 'timeout');
      const key = idempotencyKey ?? randomId();
      const again = typeof operations === 'function' ? operations : undefined;
      const commit = ({ core }: View, settling: Settling<Receipt>, how?: object) => {
        const made = again ? again() : (operations as Operation[]);
        const premises = snapshot === undefined ? undefined : this.snapshots.number(snapshot);
        const text = toJson({ ...rest, claim, key, operations: made, retries: again && retries, snapshot: premises, ...how });
        const bound = again ?? premises ?? this.store.settings.core.guard ?? made.some(({ model, id }) => this.claims.held(model, id)[0]);
        const transaction = { id: key, operations: made };
        this.#open.set(core.commit(text, Date.now()), { settling, transaction, text: bound ? undefined : text, commit });
      };
      const reject = (thrown: unknown) => (release(), this.#unheard(thrown));
      const settling = wait === 'queued' ? { promise: undefined, resolve: () => release(), reject } : pending<Receipt>(() => release());
      commit(view, settling);
      const release = this.store.connection.hold();
      if (!settling.promise) return result({ id: key, status: 'queued' }, view);
      return inTime(settling.promise, patience, () => noResult(key)).then((receipt) => result(receipt, view));
    }, Heard);
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
    open.unknown = outcome === unknown;
    if (!open.unknown) this.#open.delete(commit);
    const said = (text ? JSON.parse(text) : undefined) as unknown;
    if (outcome === outdated) {
      queueMicrotask(() => // the frame that says so is being read
        this.store.run((view) => open.commit(view, open.settling, said as object)).catch((thrown) => this.#refuse(open, thrown, true)),
      );
    } else if (outcome === confirmed) {
      open.settling.resolve({
        id: open.transaction.id,
        status: 'confirmed',
        lastSyncId: seq,
        ...(said !== undefined && { notifications: said as StaleNotification[] }),
      });
    } else {
      this.#refuse(open, fromWire(said), outcome === rejected);
    }
  }

  /**
   * Gives a new core what the one before left unsettled, in the order it was written. What was guarded by a claim is not
   * written without it: its outcome is not known. A core that traps over one of them leaves the others to the next core.
   */
  again({ core }: View): void {
    const before = [...this.#open.values()];
    this.#open = new Map();
    for (const [at, open] of before.entries()) {
      try {
        if (open.text === undefined) this.#refuse(open, noResult(open.transaction.id), false);
        else this.#open.set(core.commit(open.text, Date.now()), open);
      } catch (thrown) {
        const error = asAbloError(thrown);
        const trapped = error.code === 'core_aborted';
        this.#refuse(open, trapped ? noResult(open.transaction.id) : error, !trapped);
        if (!trapped) continue;
        before.slice(at + 1).forEach((left, place) => this.#open.set(-1 - place, left)); // no core has given them a number
        throw error;
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

  #refuse({ transaction, settling }: PendingCommit, error: AbloError, permanent: boolean): void {
    settling.reject(error);
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

function noResult(key: string): AbloError {
  return abloError('commit_no_result', '', { details: { idempotencyKey: key } });
}
