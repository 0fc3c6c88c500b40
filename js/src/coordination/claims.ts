// SPDX-License-Identifier: MIT
//
// Claims: handles of claims that this client holds. The core grants a claim once its grant has been applied here, guards
// the writes made under it and says when it is lost (own_claim.h); a handle is what its holder sees of that.
import type { Store } from '../client/store';
import type { Requests } from '../client/requests';
import type { Row } from '../core/rows';
import { milliseconds } from '../duration';
import { abloError, type AbloError } from '../errors/errors';
import { toJson } from '../json';
import type { ClaimHandle, ClaimOptions, ClaimSet } from '../model/types';
import { queryText } from '../model/query';
import { asyncDispose, randomId } from '../platform';
import { partOf } from './intent';
import type { Intents } from './intents';
import type { WireClaim } from './types';

type Target = { readonly model: string; readonly id: string };

export class Claims {
  /** What was asked for and is not given back yet, by the claim's id. */
  readonly #own = new Map<string, { readonly lost: AbortController; granted?: true; handle?: ClaimHandle<Row> }>();

  constructor(private readonly store: Store, private readonly requests: Requests, private readonly intents: Intents) {}

  /** The claims this client has not given back yet on a row. */
  held(model: string, id: string): ClaimHandle<Row>[] {
    if (this.#own.size === 0) return []; // nearly always
    return [...this.#own.values()].flatMap(({ handle }) => (handle?.target.model === model && handle.target.id === id ? handle : []));
  }

  /** Every claim that was granted is lost. */
  fail(error: AbloError): void {
    for (const [claim, { lost, granted }] of this.#own) {
      if (!granted) continue;
      this.#own.delete(claim);
      this.store.notify(() => lost.abort(error));
    }
  }

  lost(claim: string): void {
    const own = this.#own.get(claim);
    this.store.notify(() => own?.lost.abort(abloError('claim_lost')));
  }

  /** A claim of each of these rows, or of none of them. */
  async acquire(targets: readonly Target[], options: Omit<ClaimOptions, 'id'>): Promise<ClaimHandle<Row>[]> {
    const { field, meta, description, maxQueueDepth, reason, action = reason ?? 'editing', wait = true } = options;
    const { fields = field === undefined ? undefined : [field], signal, onStatus } = options;
    signal?.throwIfAborted();
    const [ttl, timeout] = [milliseconds(options.ttl ?? '60s', 'ttl'), milliseconds(options.timeout, 'timeout')];
    const rows = targets.map((target) => ({ ...target, claim: randomId() }));
    const ask = { rows, ttl, action, description, fields, meta, wait, maxQueueDepth, timeout };
    const owns = rows.map(({ claim }) => this.#own.set(claim, { lost: new AbortController() }).get(claim)!);
    const leave = () => rows.forEach(({ claim }) => void this.requests.ask('release', claim).catch(() => {}));
    signal?.addEventListener('abort', leave);
    const place = () => {
      const mine = rows.flatMap(({ claim, ...target }) => this.intents.list(target).filter(({ id }) => id === claim));
      return mine.find(({ status }) => status === 'queued')?.position ?? (mine.length === rows.length ? 0 : undefined);
    };
    const tell = (position?: number) => position !== undefined && onStatus!(position > 0 ? { status: 'queued', position } : { status: 'active' });
    let stop: (() => void) | undefined;
    let granted: WireClaim[] | undefined;
    try {
      granted = (await this.store.run(() => {
        stop = onStatus && this.store.signals.follow(place, tell);
        return this.requests.ask<WireClaim[]>('claim', toJson(ask));
      }))!;
      for (const own of owns) own.granted = true;
      // Once they are granted nobody else changes the rows, so that what is read now is what the claims protect.
      const load = (id: string, model: string) => this.requests.ask('load', queryText(model, { where: [['id', '=', id]], state: 'all' }));
      await Promise.all(rows.map(({ id, model }) => load(id, model)));
      const view = this.store.view();
      const handles = rows.map(({ claim, model, id }) => {
        const data = view?.rows.get(view.models.get(model)!, id);
        if (!data) throw abloError('entity_not_found', `${model} ${id}.`);
        return () => this.#hold(granted!.find((one) => one.id === claim)!, data);
      });
      for (const over of [signal, ...owns.map(({ lost }) => lost.signal)]) over?.throwIfAborted();
      return handles.map((hold) => hold());
    } catch (thrown) {
      if (granted) leave();
      for (const { claim } of rows) this.#own.delete(claim);
      signal?.throwIfAborted();
      throw thrown;
    } finally {
      stop?.();
      signal?.removeEventListener('abort', leave);
    }
  }

  async one(model: string, { id, ...options }: ClaimOptions = {} as ClaimOptions): Promise<ClaimHandle<Row>> {
    return (await this.acquire([{ model, id }], options))[0]!;
  }

  async together(targets: readonly Target[], options: Omit<ClaimOptions, 'id'> = {}): Promise<ClaimSet> {
    const claims = await this.acquire(targets, options);
    const release = async () => void (await Promise.all(claims.map((claim) => claim.release())));
    const signal = AbortSignal.any(claims.map((claim) => claim.signal));
    const leave = async () => void (await Promise.all(claims.map((claim) => claim[asyncDispose]())));
    return Object.freeze({ object: 'claims', claims, signal, release, [asyncDispose]: leave });
  }

  /** Claims, works, releases. */
  async during<T>(model: string, options: ClaimOptions, work: (claim: ClaimHandle<Row>) => Promise<T> | T): Promise<T> {
    const handle = await this.one(model, options);
    return (async () => work(handle))().finally(handle[asyncDispose]);
  }

  #hold({ id: claimId, model, row: id, fields, meta, action, description, readAt }: WireClaim, data: Row): ClaimHandle<Row> {
    const own = this.#own.get(claimId)!;
    const stopHolding = this.store.connection.hold();
    let released: Promise<void> | undefined;
    const release = () =>
      (released ??= (async () => {
        stopHolding();
        this.#own.delete(claimId);
        await this.requests.ask('release', claimId);
      })());
    own.lost.signal.addEventListener('abort', stopHolding);

    const handle: ClaimHandle<Row> = Object.freeze({
      object: 'claim',
      claimId,
      target: Object.freeze({ model, id, ...partOf(fields), ...(meta && { meta }) }),
      action,
      ...(description !== undefined && { description }),
      ...(readAt !== undefined && { readAt }),
      data,
      signal: own.lost.signal,
      release,
      revoke: release,
      [asyncDispose]: () => release().catch(() => {}), // what was done under it has had its answers
    } satisfies ClaimHandle<Row>);
    return (own.handle = handle);
  }
}
