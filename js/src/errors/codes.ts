// SPDX-License-Identifier: MIT
// Generated from wasm/core/errors.json by scripts/generate-errors.mjs. Do not edit.

export type ErrorKind = 'Authentication' | 'Permission' | 'Validation' | 'NotFound' | 'StaleContext' | 'Claimed' | 'Idempotency' | 'Conflict' | 'Server' | 'Connection' | 'RateLimit';

/** What is known of each code: the error class, the HTTP status (null: never on the wire) and one sentence, if the server does not say it. */
export const errorCodes = {
  apikey_missing: { kind: 'Authentication', status: 401, sentence: "No API key was given. Set apiKey or ABLO_API_KEY; `ablo dev` and `ablo keys create` print one." },
  apikey_invalid: { kind: 'Authentication', status: 401, sentence: "The API key is not one of this server's. Check that it was copied whole, or make one with `ablo keys create`." },
  apikey_revoked: { kind: 'Authentication', status: 401, sentence: "The API key was revoked. Make a new one with `ablo keys create`." },
  session_expired: { kind: 'Authentication', status: 401, sentence: "The session token has expired. The app's server mints a new one at its session route." },
  auth_no_credentials: { kind: 'Authentication', status: 401, sentence: "The server wants a token and the client has none. Give apiKey, authToken, getToken or authEndpoint." },
  browser_apikey_blocked: { kind: 'Authentication', status: null, sentence: "A secret key must not be in a browser: everybody who opens the page could read it. Use a session route (authEndpoint), or set dangerouslyAllowBrowser." },
  browser_database_url_blocked: { kind: 'Authentication', status: null, sentence: "databaseUrl is for servers only and must never reach a browser. Remove it from this client." },
  origin_forbidden: { kind: 'Permission', status: 403, sentence: "Pages of this origin may not connect to this server. Start it with --origin to allow more." },
  permission_denied: { kind: 'Permission', status: 403, sentence: "The credential does not allow this." },
  invalid_options: { kind: 'Validation', status: null, sentence: "An option given to Ablo() cannot be used." },
  invalid_json: { kind: 'Validation', status: 400, sentence: "The message is not JSON that can be read here." },
  invalid_request: { kind: 'Validation', status: 400, sentence: "The message is not one of the protocol's, or a part of it is missing or of the wrong type." },
  request_too_large: { kind: 'Validation', status: 413, sentence: "The message is larger than the server takes. Send less at a time." },
  protocol_version_unsupported: { kind: 'Validation', status: 426, sentence: "Client and server speak different versions of the protocol. Use the same version of @abloatai/ablo on both sides." },
  invalid_schema: { kind: 'Validation', status: 400, sentence: "The schema cannot be used." },
  schema_mismatch: { kind: 'Validation', status: 409, sentence: "The client was built with another schema than the one the server holds. Run `npx ablo push` after a change to the schema, then reload the page." },
  schema_not_pushed: { kind: 'Validation', status: 409, sentence: "The server has no schema yet. Run `npx ablo push`." },
  unknown_model: { kind: 'Validation', status: 400, sentence: "The schema has no such model. After adding it, run `npx ablo push`." },
  unknown_field: { kind: 'Validation', status: 400, sentence: "The model has no such field. After adding it, run `npx ablo push`." },
  wrong_type: { kind: 'Validation', status: 400, sentence: "A value has another type than its field." },
  model_required_field_missing: { kind: 'Validation', status: 400, sentence: "A required field was not given." },
  invalid_id: { kind: 'Validation', status: 400, sentence: "An id is text of 1 to 255 bytes." },
  write_options_invalid: { kind: 'Validation', status: 400, sentence: "An option of this write cannot be used." },
  duration_invalid: { kind: 'Validation', status: 400, sentence: "A duration is a number of seconds or text such as 500ms, 30s, 3m or 24h; a claim lasts from 100ms to 24h." },
  commit_operation_required: { kind: 'Validation', status: 400, sentence: "A commit needs at least one operation." },
  commit_too_many_operations: { kind: 'Validation', status: 400, sentence: "A commit takes at most 500 operations." },
  query_invalid: { kind: 'Validation', status: 400, sentence: "The query cannot be read." },
  query_unsupported_operator: { kind: 'Validation', status: 400, sentence: "The operator is not known. Known are = != < <= > >= IN, NOT IN, IS, IS NOT, LIKE, NOT LIKE, ILIKE and NOT ILIKE." },
  snapshot_reserved_key: { kind: 'Validation', status: 400, sentence: "A snapshot cannot hold a model named stamp, signal or onChange." },
  route_not_found: { kind: 'NotFound', status: 404 },
  entity_not_found: { kind: 'NotFound', status: 404, sentence: "There is no such row, or it is not visible here." },
  stale_context: { kind: 'StaleContext', status: 409, sentence: "The row changed after it was read. Read it again, then decide again." },
  contention_exhausted: { kind: 'StaleContext', status: 409, sentence: "The row changed again before each of the tries to write it. Try again later, or claim it first." },
  entity_claimed: { kind: 'Claimed', status: 409, sentence: "Somebody else holds this row. Wait for the claim to end, or queue for it with claim()." },
  claim_lost: { kind: 'Claimed', status: 409, sentence: "The claim this write relied on is over. Claim the row again and read it again." },
  claim_not_found: { kind: 'Claimed', status: 404, sentence: "There is no such claim." },
  queue_too_deep: { kind: 'Claimed', status: 503 },
  model_claimed_timeout: { kind: 'Claimed', status: 504, sentence: "Somebody still holds it. Wait longer, or stand in line with claim()." },
  grant_timeout: { kind: 'Claimed', status: 504, sentence: "The claim was not granted in the time given. Try again later, or give it a longer timeout." },
  idempotency_conflict: { kind: 'Idempotency', status: 409, sentence: "The same idempotency key was used for another commit." },
  idempotency_key_expired: { kind: 'Idempotency', status: 409 },
  unique_violation: { kind: 'Conflict', status: 409 },
  foreign_key_violation: { kind: 'Conflict', status: 409 },
  not_null_violation: { kind: 'Validation', status: 400 },
  check_violation: { kind: 'Validation', status: 400 },
  constraint_violation: { kind: 'Validation', status: 400 },
  row_locked: { kind: 'Conflict', status: 503 },
  log_epoch_changed: { kind: 'Server', status: 409 },
  cursor_too_old: { kind: 'Server', status: 409 },
  commit_no_result: { kind: 'Connection', status: 504, sentence: "No answer came in time. The write may still take effect: ask again with the same idempotency key." },
  flush_timeout: { kind: 'Connection', status: 504, sentence: "Some writes are still pending." },
  sync_not_ready: { kind: 'Connection', status: null, sentence: "This client does not have what it is asked for yet. Await ready(), and load() or retrieve() what is relied on." },
  client_disposed: { kind: 'Connection', status: null, sentence: "This client was disposed. Make a new one." },
  api_unreachable: { kind: 'Connection', status: 503, sentence: "The server cannot be reached. Start one with `npx ablo dev`, or set baseURL or ABLO_URL." },
  database_unreachable: { kind: 'Connection', status: 503, sentence: "The database cannot be reached. Check that it runs and that DATABASE_URL is right." },
  block_damaged: { kind: 'Server', status: null, sentence: "Rows that came in bulk are damaged or cut. Nothing of them was taken; they are asked for again." },
  image_damaged: { kind: 'Validation', status: null, sentence: "The stored image of the rows is damaged, or of another version. It was left aside; the rows are loaded from the server." },
  store_full: { kind: 'Validation', status: null, sentence: "The rows would take more memory than this client may use. Ask for fewer (bootstrap: none), or raise the budget." },
  too_much_unanswered: { kind: 'Connection', status: 429 },
  rate_limited: { kind: 'RateLimit', status: 429 },
  core_aborted: { kind: 'Server', status: null, sentence: "The WebAssembly core stopped. It is built again by itself a few times, and what had not settled is sent again; after that, make a new client." },
  internal_error: { kind: 'Server', status: 500, sentence: "Something went wrong inside the server. Its log has the details under this request id." },
} as const satisfies Record<string, KnownError>;

export interface KnownError {
  kind: ErrorKind;
  status: number | null;
  sentence?: string;
}

export type ErrorCode = keyof typeof errorCodes;
