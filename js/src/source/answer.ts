// SPDX-License-Identifier: MIT
//
// Who answers a request: the adapter if there is one, else the application's function for it, whose answer is brought
// into the protocol's form.
import { sourceError } from './errors';
import type {
  CommitAnswer,
  CommitRequest,
  DataSourceOptions,
  EventsAnswer,
  ListAnswer,
  SourceContext,
  SourceHandlers,
  SourceRequest,
} from './types';

type Options = DataSourceOptions<any, any>;

export async function answer(options: Options, asked: SourceRequest, context: SourceContext<any>): Promise<object> {
  const { adapter } = options;
  switch (asked.type) {
    case 'load': {
      if (adapter) return adapter.read(asked, asked.scope);
      const handlers = handlersOf(options, asked.model);
      if (!handlers.load) throw sourceError('source_load_not_configured', '', { model: asked.model });
      return { row: (await handlers.load({ id: asked.id, context })) ?? null };
    }
    case 'list': {
      if (adapter) return adapter.read(asked, asked.scope);
      const handlers = handlersOf(options, asked.model);
      if (!handlers.list) throw sourceError('source_list_not_configured', '', { model: asked.model });
      return page('rows', await handlers.list({ query: asked.query, context }));
    }
    case 'commit': {
      const { operations, clientTxId } = asked;
      if (adapter) {
        if (clientTxId === undefined) throw sourceError('source_commit_requires_client_tx_id');
        return adapter.commit({ operations, clientTxId }, asked.scope);
      }
      const commit = options.commit ?? commitOfModel(options, asked);
      return page('rows', (await commit({ operations, clientTxId, context })) ?? []);
    }
    case 'events': {
      const { cursor, limit } = asked;
      if (adapter) return adapter.events({ cursor, limit });
      if (!options.events) throw sourceError('source_events_not_configured');
      return page('events', await options.events({ cursor, limit, context }));
    }
  }
}

/** An option's name is never a model's: such a model's handlers are in `models`. */
const optionNames: Record<keyof DataSourceOptions, true> = {
  schema: true,
  apiKey: true,
  signingSecret: true,
  signatureToleranceMs: true,
  authorize: true,
  resolveScopes: true,
  models: true,
  commit: true,
  events: true,
  adapter: true,
};

function handlersOf(options: Options, model: string): SourceHandlers<any> {
  const beside = Object.hasOwn(optionNames, model)
    ? undefined
    : (options as unknown as Record<string, SourceHandlers>)[model];
  return options.models?.[model] ?? beside ?? {};
}

function commitOfModel(options: Options, { model, operations }: CommitRequest) {
  const keys = new Set([...operations.map((operation) => operation.model), ...(model === undefined ? [] : [model])]);
  if (keys.size > 1) throw sourceError('source_commit_requires_single_model', `It writes to ${[...keys].join(', ')}.`);
  const [key] = keys as Set<string>;
  const handlers = handlersOf(options, key!);
  if (!handlers.commit) throw sourceError('source_commit_not_configured', '', { model: key });
  return handlers.commit.bind(handlers);
}

/** A bare list is a page without a next one. */
function page(name: 'rows' | 'events', given: ListAnswer | CommitAnswer | EventsAnswer): object {
  return Array.isArray(given) ? { [name]: given } : given;
}
