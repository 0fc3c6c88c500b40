// SPDX-License-Identifier: MIT
//
// dataSource(): the one endpoint an application exposes, as a function from Request to Response. A request is read
// whole, verified over its exact bytes, and only then looked at; after that it goes to an adapter or to the
// application's own functions.
import { AbloError, abloError } from '../errors/errors';
import { environment } from '../platform';
import type { AnySchema } from '../schema/types';
import { answer } from './answer';
import { refusal, sourceError } from './errors';
import { modelsOf } from './models';
import { readBody, readRequest } from './request';
import { verifyAbloSourceRequest } from './signature';
import type { DataSourceOptions, Secret, SourceCall, SourceHandlers } from './types';

/** Handlers of a model may stand under its key, beside the options, instead of in `models`. */
type WithHandlers<S extends AnySchema, Auth> = DataSourceOptions<S, Auth> & {
  readonly [K in Exclude<keyof S['models'], keyof DataSourceOptions>]?: SourceHandlers<Auth>;
};

export function dataSource<const S extends AnySchema, Auth = unknown>(
  options: WithHandlers<S, Auth>,
): (request: Request) => Promise<Response> {
  const models = modelsOf(options.schema);
  return async (request) => {
    try {
      if (request.method !== 'POST') throw sourceError('method_not_allowed');
      const bytes = await readBody(request);
      const call = callOf(request, bytes);
      const apiKey = await secretOf(options, call);
      const toleranceMs = options.signatureToleranceMs;
      const verified = await verifyAbloSourceRequest({ request, body: bytes, apiKey, toleranceMs });
      if (call.body === undefined) throw abloError('invalid_json');
      const asked = readRequest(models, call.body);
      const auth = (await allowed(options, call)) as Auth;
      const granted = options.resolveScopes && [...(await options.resolveScopes({ auth, request, body: call.body }))];
      if (granted && !granted.includes(asked.type))
        throw sourceError('source_forbidden', '', { required: asked.type, granted });
      return Response.json(await answer(options, asked, { auth, request, ...verified, scope: asked.scope }));
    } catch (thrown) {
      return refusal(thrown);
    }
  };
}

/** `body` is undefined if it is not JSON. */
function callOf(request: Request, bytes: Uint8Array): SourceCall {
  try {
    const rawBody = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { request, rawBody, body: JSON.parse(rawBody) };
  } catch {
    return { request, rawBody: '', body: undefined };
  }
}

async function secretOf({ signingSecret, apiKey }: DataSourceOptions, call: SourceCall): Promise<Secret> {
  const given =
    signingSecret ?? (typeof apiKey === 'function' ? await apiKey(call) : apiKey) ?? environment('ABLO_API_KEY');
  const secrets = [given ?? []].flat().filter(Boolean);
  if (secrets.length === 0) throw sourceError('source_api_key_missing');
  return secrets;
}

/** Whatever authorize() throws refuses the request: with the status it names, else with 403. */
async function allowed(options: DataSourceOptions<AnySchema, any>, call: SourceCall): Promise<unknown> {
  try {
    return await options.authorize?.(call);
  } catch (thrown) {
    if (thrown instanceof AbloError) throw thrown;
    const { status } = thrown as { status?: unknown };
    const httpStatus = typeof status === 'number' && status >= 400 && status < 600 ? status : 403;
    const { code, message } = sourceError('source_forbidden');
    throw new AbloError(code, { message, httpStatus, cause: thrown });
  }
}
