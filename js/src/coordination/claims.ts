// SPDX-License-Identifier: MIT
//
// Claims: asking for a row, holding it, giving it back. The core grants a claim once its grant has been applied here,
// and guards the writes made under it; a handle is what its holder sees of that.
import type { Store } from '../client/store';
import type { Requests } from '../client/requests';
import type { Row } from '../core/rows';
import { milliseconds } from '../duration';
import { abloError } from '../errors/errors';
import { toJson } from '../json';
import type { ClaimHandle, ClaimOptions } from '../model/types';
import { queryText } from '../model/query';
import { asyncDispose, randomId } from '../platform';
import { keys } from '../tracking';
import type { WireClaim } from './intent';
import type { Intents } from './intents';

const defaultTtl = 60_000;

export class Claims {
  readonly #held = new Map<string, ClaimHandle<Row>>();

  constructor(
    private readonly store: Store,
    private readonly requests: Requests,
    private readonly intents: Intents,
  ) {}

  /** The claims this client holds on a row. */
  held(model: string, id: string): ClaimHandle<Row>[] {
    return [...this.#held.values()].filter(({ target }) => target.model === model && target.id === id);
  }

  async acquire(model: string, options: ClaimOptions): Promise<ClaimHandle<Row>> {
    const { id, field, meta, description, ttl, wait = true, maxQueueDepth } = options;
    const action = options.action ?? options.reason ?? 'editing';
    const claim = randomId();
    const ask = {
      claim,
      model,
      id,
      ttl: ttl === undefined ? defaultTtl : milliseconds(ttl, 'ttl'),
      action,
      description,
      field,
      meta,
      wait,
      maxQueueDepth,
    };
    const granted = (await this.requests.ask<WireClaim>('claim', toJson(ask)))!;

    // Once it is granted nobody else changes the row, so that what is read now is what the claim protects.
    await this.requests.ask('load', queryText(model, { where: [['id', '=', id]], state: 'all' }));
    const view = this.store.view();
    const data = view?.rows.get(view.models.get(model)!, id);
    if (!view || !data) {
      await this.requests.ask('release', claim);
      throw abloError('entity_not_found', `${model} ${id}.`);
    }
    return this.#hold(granted, data, keys.claims(view.models.get(model)!, id));
  }

  /** Claims, works, releases. */
  async during<T>(model: string, options: ClaimOptions, work: (claim: ClaimHandle<Row>) => Promise<T> | T): Promise<T> {
    const handle = await this.acquire(model, options);
    try {
      return await work(handle);
    } finally {
      await handle.release();
    }
  }

  #hold(
    { id: claimId, model, row: id, field, meta, action, description, readAt }: WireClaim,
    data: Row,
    key: string,
  ): ClaimHandle<Row> {
    const lost = new AbortController();
    const stopHolding = this.store.connection.hold();
    const stopWatching = this.store.signals.subscribe(key, () => {
      if (this.intents.list({ model, id }).some((intent) => intent.id === claimId && intent.status === 'active'))
        return;
      rest();
      lost.abort(abloError('claim_lost', `${model} ${id}.`));
    });
    const rest = () => {
      stopHolding();
      stopWatching();
    };
    let released: Promise<void> | undefined;
    const release = () =>
      (released ??= (async () => {
        rest();
        this.#held.delete(claimId);
        await this.requests.ask('release', claimId);
      })());

    const handle: ClaimHandle<Row> = Object.freeze({
      object: 'claim',
      claimId,
      target: Object.freeze({ model, id, ...(field !== undefined && { field }), ...(meta && { meta }) }),
      action,
      ...(description !== undefined && { description }),
      ...(readAt !== undefined && { readAt }),
      data,
      signal: lost.signal,
      release,
      revoke: release,
      [asyncDispose]: release,
    } satisfies ClaimHandle<Row>);
    this.#held.set(claimId, handle);
    return handle;
  }
}
