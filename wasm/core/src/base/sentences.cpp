// SPDX-License-Identifier: MIT
// Generated from wasm/core/errors.json by scripts/generate-errors.mjs. Do not edit.
#include "ablo/error_code.h"

std::string_view ablo::sentence(ErrorCode code) {
  switch (code) {
    case ErrorCode::apikey_missing: return "No API key was given. Set apiKey or ABLO_API_KEY; `ablo dev` and `ablo keys create` print one.";
    case ErrorCode::apikey_invalid: return "The API key is not one of this server's. Check that it was copied whole, or make one with `ablo keys create`.";
    case ErrorCode::apikey_revoked: return "The API key was revoked. Make a new one with `ablo keys create`.";
    case ErrorCode::session_expired: return "The session token has expired. The app's server mints a new one at its session route.";
    case ErrorCode::auth_no_credentials: return "The server wants a token and the client has none. Give apiKey, authToken, getToken or authEndpoint.";
    case ErrorCode::origin_forbidden: return "Pages of this origin may not connect to this server. Start it with --origin to allow more.";
    case ErrorCode::permission_denied: return "The credential does not allow this.";
    case ErrorCode::invalid_options: return "An option given to Ablo() cannot be used.";
    case ErrorCode::invalid_json: return "The message is not JSON that can be read here.";
    case ErrorCode::invalid_request: return "The message is not one of the protocol's, or a part of it is missing or of the wrong type.";
    case ErrorCode::request_too_large: return "The message is larger than the server takes. Send less at a time.";
    case ErrorCode::protocol_version_unsupported: return "Client and server speak different versions of the protocol. Use the same version of @abloatai/ablo on both sides.";
    case ErrorCode::invalid_schema: return "The schema cannot be used.";
    case ErrorCode::schema_mismatch: return "The client was built with another schema than the one the server holds. Run `npx ablo push` after a change to the schema, then reload the page.";
    case ErrorCode::schema_not_pushed: return "The server has no schema yet. Run `npx ablo push`.";
    case ErrorCode::unknown_model: return "The schema has no such model. After adding it, run `npx ablo push`.";
    case ErrorCode::unknown_field: return "The model has no such field. After adding it, run `npx ablo push`.";
    case ErrorCode::wrong_type: return "A value has another type than its field.";
    case ErrorCode::model_required_field_missing: return "A required field was not given.";
    case ErrorCode::invalid_id: return "An id is text of 1 to 255 bytes.";
    case ErrorCode::write_options_invalid: return "An option of this write cannot be used.";
    case ErrorCode::duration_invalid: return "A duration is a number of seconds or text such as 500ms, 30s, 3m or 24h; a claim lasts from 100ms to 24h.";
    case ErrorCode::commit_operation_required: return "A commit needs at least one operation.";
    case ErrorCode::commit_too_many_operations: return "A commit takes at most 500 operations.";
    case ErrorCode::query_invalid: return "The query cannot be read.";
    case ErrorCode::query_unsupported_operator: return "The operator is not known. Known are = != < <= > >= IN, NOT IN, IS, IS NOT, LIKE, NOT LIKE, ILIKE and NOT ILIKE.";
    case ErrorCode::snapshot_reserved_key: return "A snapshot cannot hold a model named stamp, signal or onChange.";
    case ErrorCode::entity_not_found: return "There is no such row, or it is not visible here.";
    case ErrorCode::stale_context: return "The row changed after it was read. Read it again, then decide again.";
    case ErrorCode::contention_exhausted: return "The row changed again before each of the tries to write it. Try again later, or claim it first.";
    case ErrorCode::entity_claimed: return "Somebody else holds this row. Wait for the claim to end, or queue for it with claim().";
    case ErrorCode::claim_lost: return "The claim this write relied on is over. Claim the row again and read it again.";
    case ErrorCode::claim_not_found: return "There is no such claim.";
    case ErrorCode::queue_too_deep: return "Too many are waiting for this row already.";
    case ErrorCode::model_claimed_timeout: return "Somebody still holds it. Wait longer, or stand in line with claim().";
    case ErrorCode::grant_timeout: return "The claim was not granted in the time given. Try again later, or give it a longer timeout.";
    case ErrorCode::idempotency_conflict: return "The same idempotency key was used for another commit.";
    case ErrorCode::idempotency_key_expired: return "The commit was issued too long ago to be sent again. Look whether it took effect, then send it under a new key.";
    case ErrorCode::unique_violation: return "A row with this id, or with this unique value, exists already.";
    case ErrorCode::foreign_key_violation: return "A row that this one refers to does not exist, or others still refer to this one.";
    case ErrorCode::not_null_violation: return "The database requires a value that was not given.";
    case ErrorCode::check_violation: return "The database's check refused the value.";
    case ErrorCode::constraint_violation: return "The database refused the row.";
    case ErrorCode::row_locked: return "Another transaction of the database has held this row for too long. Try again.";
    case ErrorCode::log_epoch_changed: return "The database was replaced or restored. Everything is loaded afresh; pending writes are kept.";
    case ErrorCode::cursor_too_old: return "What happened since this client was last connected is no longer kept. Everything is loaded afresh; pending writes are kept.";
    case ErrorCode::commit_no_result: return "No answer came in time. The write may still take effect: ask again with the same idempotency key.";
    case ErrorCode::sync_not_ready: return "This client does not have what it is asked for yet. Await ready(), and load() or retrieve() what is relied on.";
    case ErrorCode::client_disposed: return "This client was disposed. Make a new one.";
    case ErrorCode::api_unreachable: return "The server cannot be reached. Start one with `npx ablo dev`, or set baseURL or ABLO_URL.";
    case ErrorCode::database_unreachable: return "The database cannot be reached. Check that it runs and that DATABASE_URL is right.";
    case ErrorCode::block_damaged: return "Rows that came in bulk are damaged or cut. Nothing of them was taken; they are asked for again.";
    case ErrorCode::image_damaged: return "The stored image of the rows is damaged, or of another version. It was left aside; the rows are loaded from the server.";
    case ErrorCode::store_full: return "The rows would take more memory than this client may use. Ask for fewer (bootstrap: none), or raise the budget.";
    case ErrorCode::too_much_unanswered: return "Too much of this connection has no answer yet. Wait for answers before sending more.";
    case ErrorCode::rate_limited: return "This was more, or more often, than the server allows. Try again after the time it gives.";
    case ErrorCode::core_aborted: return "The WebAssembly core stopped. It is built again by itself a few times, and what had not settled is sent again; after that, make a new client.";
    case ErrorCode::internal_error: return "Something went wrong inside the server. Its log has the details under this request id.";
  }
  return {};
}
