// SPDX-License-Identifier: MIT
//
// The query's JSON; it is asked of a client with a few rows of every kind.
#include "query/sql.h"

#include "support.h"
#include "targets.h"

namespace ablo::fuzz {

namespace {

constexpr const char* kRows =
    R"({"tasks":[{"id":"a","title":"One","status":"todo","createdAt":"2026-01-02T03:04:05.000006Z"},
  {"id":"b","title":"one%_\\","status":"done","archivedAt":"2026-01-02T03:04:05.000006Z"},{"id":"","title":"\u00fcber"},{"id":"d"}],
  "notes":[{"id":"n1","text":"x","stars":1.5,"pinned":true,"due":"2026-01-02T03:04:05.000006Z","extra":{"a":[1,null]},"taskId":"a"},
  {"id":"n2","text":"","stars":-0,"pinned":false,"taskId":"b"},{"id":"n3","text":"xx","stars":1e300,"extra":"x"}]})";

}  // namespace

void query(std::string_view bytes) {
  const Result<Json> json = parseJson(bytes);
  if (!json) return;
  const Result<Query> read = parseQuery(schema(), *json);
  if (!read) return;
  const Statement statement = readStatement(schema(), *read);
  const Result<Json> params = parseJson(statement.params, kTrustedJson);
  expect(params && params->isArray(), "the values of a statement are JSON");

  Client client({"s1", true, ""});
  greet(client);
  client.receive(loadedWith("", kRows), 0);
  const Result<uint32_t> open = client.openQuery(bytes);
  expect(static_cast<bool>(open), "a query that can be read can be opened");
  expectAnswer(client, *open, *read, viewOf(client, read->model));
  client.receive(
      R"({"type":"changes","from":1,"to":3,"changes":[{"seq":2,"kind":"row","model":"tasks","op":"update","id":"d","fields":[],
      "row":{"id":"d","title":"One more","status":"todo"}},{"seq":3,"kind":"row","model":"notes","op":"delete","id":"n1"}]})",
      0);
  drainAll(client);
  expectAnswer(client, *open, *read, viewOf(client, read->model));
}

}  // namespace ablo::fuzz
