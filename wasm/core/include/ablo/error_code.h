// SPDX-License-Identifier: MIT
// Generated from wasm/core/errors.json by scripts/generate-errors.mjs. Do not edit.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace ablo {

enum class ErrorCode {
  apikey_missing,
  apikey_invalid,
  apikey_revoked,
  session_expired,
  auth_no_credentials,
  browser_apikey_blocked,
  browser_database_url_blocked,
  origin_forbidden,
  permission_denied,
  invalid_options,
  invalid_json,
  invalid_request,
  request_too_large,
  protocol_version_unsupported,
  invalid_schema,
  schema_mismatch,
  schema_not_pushed,
  unknown_model,
  unknown_field,
  wrong_type,
  model_required_field_missing,
  invalid_id,
  write_options_invalid,
  duration_invalid,
  commit_operation_required,
  commit_too_many_operations,
  query_invalid,
  query_unsupported_operator,
  snapshot_reserved_key,
  route_not_found,
  entity_not_found,
  stale_context,
  entity_claimed,
  claim_lost,
  claim_not_found,
  queue_too_deep,
  grant_timeout,
  idempotency_conflict,
  idempotency_key_expired,
  unique_violation,
  foreign_key_violation,
  not_null_violation,
  check_violation,
  constraint_violation,
  row_locked,
  log_epoch_changed,
  commit_no_result,
  flush_timeout,
  sync_not_ready,
  client_disposed,
  api_unreachable,
  database_unreachable,
  database_too_old,
  database_unsafe,
  directory_locked,
  port_in_use,
  schema_not_found,
  unknown_command,
  invalid_arguments,
  too_much_unanswered,
  core_aborted,
  internal_error,
};

struct ErrorText {
  std::string_view code;
  std::string_view sentence;
};

inline constexpr std::array<ErrorText, 62> kErrors{{
    {"apikey_missing", "No API key was given. Set apiKey or ABLO_API_KEY; `ablo dev` and `ablo keys create` print one."},
    {"apikey_invalid", "The API key is not one of this server's. Check that it was copied whole, or make one with `ablo keys create`."},
    {"apikey_revoked", "The API key was revoked. Make a new one with `ablo keys create`."},
    {"session_expired", "The session token has expired. The app's server mints a new one at its session route."},
    {"auth_no_credentials", "The server wants a token and the client has none. Give apiKey, authToken, getToken or authEndpoint."},
    {"browser_apikey_blocked", "A secret key must not be in a browser: everybody who opens the page could read it. Use a session route (authEndpoint), or set dangerouslyAllowBrowser."},
    {"browser_database_url_blocked", "databaseUrl is for servers only and must never reach a browser. Remove it from this client."},
    {"origin_forbidden", "Pages of this origin may not connect to this server. Start it with --origin to allow more."},
    {"permission_denied", "The credential does not allow this."},
    {"invalid_options", "An option given to Ablo() cannot be used."},
    {"invalid_json", "The message is not JSON that can be read here."},
    {"invalid_request", "The message is not one of the protocol's, or a part of it is missing or of the wrong type."},
    {"request_too_large", "The message is larger than the server takes. Send less at a time."},
    {"protocol_version_unsupported", "Client and server speak different versions of the protocol. Use the same version of @abloatai/ablo on both sides."},
    {"invalid_schema", "The schema cannot be used."},
    {"schema_mismatch", "The client was built with another schema than the one the server holds. Run `npx ablo push` after a change to the schema, then reload the page."},
    {"schema_not_pushed", "The server has no schema yet. Run `npx ablo push`."},
    {"unknown_model", "The schema has no such model. After adding it, run `npx ablo push`."},
    {"unknown_field", "The model has no such field. After adding it, run `npx ablo push`."},
    {"wrong_type", "A value has another type than its field."},
    {"model_required_field_missing", "A required field was not given."},
    {"invalid_id", "An id is text of 1 to 255 bytes."},
    {"write_options_invalid", "An option of this write cannot be used."},
    {"duration_invalid", "A duration is a number of seconds or text such as 500ms, 30s, 3m or 24h; a claim lasts from 100ms to 24h."},
    {"commit_operation_required", "A commit needs at least one operation."},
    {"commit_too_many_operations", "A commit takes at most 500 operations."},
    {"query_invalid", "The query cannot be read."},
    {"query_unsupported_operator", "The operator is not known. Known are = != < <= > >= IN, NOT IN, IS, IS NOT, LIKE, NOT LIKE, ILIKE and NOT ILIKE."},
    {"snapshot_reserved_key", "A snapshot cannot hold a model named stamp, signal or onChange."},
    {"route_not_found", "The server has no such route."},
    {"entity_not_found", "There is no such row, or it is not visible here."},
    {"stale_context", "The row changed after it was read. Read it again, then decide again."},
    {"entity_claimed", "Somebody else holds this row. Wait for the claim to end, or queue for it with claim()."},
    {"claim_lost", "The claim this write relied on is over. Claim the row again and read it again."},
    {"claim_not_found", "There is no such claim."},
    {"queue_too_deep", "Too many are waiting for this row already."},
    {"grant_timeout", "The claim was not granted in the time given."},
    {"idempotency_conflict", "The same idempotency key was used for another commit."},
    {"idempotency_key_expired", "The commit was issued too long ago to be sent again. Look whether it took effect, then send it under a new key."},
    {"unique_violation", "A row with this id, or with this unique value, exists already."},
    {"foreign_key_violation", "A row that this one refers to does not exist, or others still refer to this one."},
    {"not_null_violation", "The database requires a value that was not given."},
    {"check_violation", "The database's check refused the value."},
    {"constraint_violation", "The database refused the row."},
    {"row_locked", "Another transaction of the database has held this row for too long. Try again."},
    {"log_epoch_changed", "The database was replaced or restored. Everything is loaded afresh; pending writes are kept."},
    {"commit_no_result", "No answer came in time. The write may still take effect: ask again with the same idempotency key."},
    {"flush_timeout", "Some writes are still pending."},
    {"sync_not_ready", "The client has not been connected yet. Await ready() first."},
    {"client_disposed", "This client was disposed. Make a new one."},
    {"api_unreachable", "The server cannot be reached. Start one with `npx ablo dev`, or set baseURL or ABLO_URL."},
    {"database_unreachable", "The database cannot be reached. Check that it runs and that DATABASE_URL is right."},
    {"database_too_old", "Postgres 15 or newer is needed."},
    {"database_unsafe", "The database is set to lose confirmed writes when it crashes (fsync or synchronous_commit is off). Turn them on."},
    {"directory_locked", "Another `ablo dev` uses this directory. Stop it, or give another with --dir."},
    {"port_in_use", "Another program uses this port. Stop it, or give another with --port."},
    {"schema_not_found", "No schema was found. Export `schema` from ablo/schema.ts, or name the file with --schema."},
    {"unknown_command", "There is no such command. `ablo --help` lists them."},
    {"invalid_arguments", "The arguments of the command cannot be used. Its --help lists them."},
    {"too_much_unanswered", "Too much of this connection has no answer yet. Wait for answers before sending more."},
    {"core_aborted", "The WebAssembly core stopped. A server builds it again by itself; a client is made anew with Ablo()."},
    {"internal_error", "Something went wrong inside the server. Its log has the details under this request id."},
}};

constexpr std::string_view codeText(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)].code; }
constexpr std::optional<ErrorCode> errorCode(std::string_view text) {
  for (std::size_t i = 0; i < kErrors.size(); ++i)
    if (kErrors[i].code == text) return static_cast<ErrorCode>(i);
  return std::nullopt;
}
constexpr std::string_view sentence(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)].sentence; }

}  // namespace ablo
