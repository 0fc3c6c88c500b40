// SPDX-License-Identifier: MIT
// Generated from wasm/core/errors.json by scripts/generate-errors.mjs. Do not edit.

export const sourceErrorCodes = {
  method_not_allowed: { kind: 'Validation', status: 405, sentence: "A Data Source is called with POST only." },
  source_api_key_missing: { kind: 'Authentication', status: 401, sentence: "There is no secret to verify the request with. Give dataSource() an apiKey, or set ABLO_API_KEY where it runs." },
  source_id_missing: { kind: 'Authentication', status: 401, sentence: "The request has no webhook-id header. Requests of an Ablo server and of signAbloSourceRequest() have one." },
  source_timestamp_missing: { kind: 'Authentication', status: 401, sentence: "The request has no webhook-timestamp header. Requests of an Ablo server and of signAbloSourceRequest() have one." },
  source_timestamp_invalid: { kind: 'Authentication', status: 401, sentence: "webhook-timestamp is the time of signing in whole seconds since 1970." },
  source_timestamp_expired: { kind: 'Authentication', status: 401, sentence: "The request was signed too long ago, or in the future. Check the clocks of both sides, and sign every attempt anew." },
  source_signature_missing: { kind: 'Authentication', status: 401, sentence: "The request has no webhook-signature header. Requests of an Ablo server and of signAbloSourceRequest() have one." },
  source_signature_invalid: { kind: 'Authentication', status: 401, sentence: "No signature fits the request. Check that both sides have the same secret, and that nothing on the way rewrites the body." },
  source_forbidden: { kind: 'Permission', status: 403, sentence: "This Data Source does not grant the request. See its authorize() and resolveScopes()." },
  source_load_not_configured: { kind: 'NotFound', status: 404, sentence: "The Data Source has no load() for this model. Give it one, or an adapter." },
  source_list_not_configured: { kind: 'NotFound', status: 404, sentence: "The Data Source has no list() for this model. Give it one, or an adapter." },
  source_commit_not_configured: { kind: 'NotFound', status: 404, sentence: "The Data Source has no commit() for this model. Give it one, or an adapter." },
  source_events_not_configured: { kind: 'NotFound', status: 404, sentence: "The Data Source has no events(). Give it one, or an adapter." },
  source_commit_requires_single_model: { kind: 'Validation', status: 400, sentence: "The commit writes to several models, and each has its own commit(). Give dataSource() one commit() for all of them." },
  source_commit_requires_client_tx_id: { kind: 'Validation', status: 400, sentence: "A commit names itself by clientTxId, so that it takes effect once." },
  source_commit_invalid: { kind: 'Validation', status: 400, sentence: "The commit cannot be read." },
  unknown_source_request: { kind: 'Validation', status: 400, sentence: "A Data Source answers load, list, commit and events." },
  source_event_invalid: { kind: 'Validation', status: null, sentence: "The event cannot be made: it needs an event id, a model, an entity id and a time." },
} as const;

export type SourceErrorCode = keyof typeof sourceErrorCodes;

/** What a client is told by whoever refuses it. */
export const toldSentences = {
  route_not_found: "The server has no such route.",
  queue_too_deep: "Too many are waiting for this row already.",
  idempotency_key_expired: "The commit was issued too long ago to be sent again. Look whether it took effect, then send it under a new key.",
  unique_violation: "A row with this id, or with this unique value, exists already.",
  foreign_key_violation: "A row that this one refers to does not exist, or others still refer to this one.",
  not_null_violation: "The database requires a value that was not given.",
  check_violation: "The database's check refused the value.",
  constraint_violation: "The database refused the row.",
  row_locked: "Another transaction of the database has held this row for too long. Try again.",
  log_epoch_changed: "The database was replaced or restored. Everything is loaded afresh; pending writes are kept.",
  cursor_too_old: "What happened since this client was last connected is no longer kept. Everything is loaded afresh; pending writes are kept.",
  too_much_unanswered: "Too much of this connection has no answer yet. Wait for answers before sending more.",
  rate_limited: "This was more, or more often, than the server allows. Try again after the time it gives.",
};
