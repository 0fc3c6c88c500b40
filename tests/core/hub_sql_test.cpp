// SPDX-License-Identifier: MIT
//
// Queries as SQL, word for word: what stands here was compared with what the store's own evaluation gives, on Postgres.
#include <catch2/catch.hpp>

#include "hub_world.h"
#include "query/sql.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const Schema& tasks() {
  static const Schema schema = *parseSchema(kTasksDocument);
  return schema;
}

Statement statementOf(const std::string& query) {
  const Result<Json> json = parseJson(query);
  REQUIRE(json);
  const Result<Query> parsed = parseQuery(tasks(), *json);
  REQUIRE(parsed);
  return readStatement(tasks(), *parsed);
}

/// The part between the state and the order.
std::string conditionOf(const std::string& where) {
  const std::string text = statementOf(R"({"model":"tasks","where":[)" + where + "]}").text;
  const std::string before = R"(t."archived_at" is null and )";
  const std::size_t from = text.find(before) + before.size();
  return text.substr(from, text.find(" order by ") - from);
}

std::string codeOf(const std::string& query) {
  const Result<Json> json = parseJson(query);
  REQUIRE(json);
  const Result<Query> parsed = parseQuery(tasks(), *json);
  REQUIRE(!parsed);
  return std::string(codeText(parsed.error().code));
}

}  // namespace

TEST_CASE("a query is one statement for one organization, in an order that is always the same") {
  const Statement all = statementOf(R"({"model":"tasks"})");
  CHECK(
      all.text ==
      R"(select coalesce(json_agg(q.image), '[]') from (select ablo."image_tasks"(t.*) as image from public."tasks" t)"
      R"( where t."organization_id" = $1 and t."archived_at" is null order by t."id" collate "C") q)");
  CHECK(all.params == "[]");

  const Statement window = statementOf(
      R"({"model":"decks","state":"archived","orderBy":[["createdAt","desc"],["name","asc"]],"limit":10,"offset":5})");
  CHECK(
      window.text ==
      R"(select coalesce(json_agg(q.image), '[]') from (select ablo."image_slide_decks"(t.*) as image from public."slide_decks" t)"
      R"( where t."organization_id" = $1 and t."archived_at" is not null)"
      R"( order by t."created_at" desc nulls last, t."name" collate "C" nulls last, t."id" collate "C" limit 10 offset 5) q)");
  CHECK(statementOf(R"({"model":"tasks","state":"all","limit":0})").text.find("limit 0") != std::string::npos);
}

TEST_CASE("every operator has its SQL, and every value stays outside of it") {
  CHECK(conditionOf(R"(["title","=","x"])") == R"(t."title" = ($2->>0))");
  CHECK(conditionOf(R"(["title","!=","x"])") == R"(t."title" <> ($2->>0))");
  CHECK(conditionOf(R"(["title","<","x"])") == R"(t."title" collate "C" < ($2->>0))");
  CHECK(conditionOf(R"(["points","<=",1])") == R"(t."points" <= ($2->>0)::double precision)");
  CHECK(conditionOf(R"(["dueAt",">","2024-01-01"])") == R"(t."due_at" > ($2->>0)::timestamptz)");
  CHECK(conditionOf(R"(["done",">=",true])") == R"(t."done" >= ($2->>0)::boolean)");
  CHECK(conditionOf(R"(["status","IN",["todo","done"]])") ==
        R"(t."status" = any (array(select v from jsonb_array_elements_text($2->0) v)))");
  CHECK(conditionOf(R"(["points","NOT IN",[1,null]])") ==
        R"(t."points" <> all (array(select v::double precision from jsonb_array_elements_text($2->0) v)))");
  CHECK(conditionOf(R"(["notes","IS",null])") == R"(t."notes" is null)");
  CHECK(conditionOf(R"(["done","IS NOT",true])") == R"(t."done" is not true)");
  CHECK(conditionOf(R"(["title","LIKE","a%"])") == R"(t."title" collate "C" like ($2->>0))");
  CHECK(conditionOf(R"(["title","NOT ILIKE","a%"])") == R"(t."title" collate "C" not ilike ($2->>0))");
  CHECK(conditionOf(R"(["title","=",null])") == R"(t."title" = ($2->>0))");  // unknown, as everywhere
  CHECK(conditionOf(R"(["title","=","a"],["points",">",2])") ==
        R"(t."title" = ($2->>0) and t."points" > ($2->>1)::double precision)");
  CHECK(statementOf(R"({"model":"tasks","where":[["dueAt","IN",["2024-01-01",null]],["points",">",2.5]]})").params ==
        R"([["2024-01-01T00:00:00.000000Z",null],2.5])");
}

TEST_CASE("SQL in a value stays a value, and in a name or an operator it is refused by name") {
  const std::string evil[] = {"'; drop table tasks; --", R"(\" or 1=1 --)", "title\\\" = '' or t.\\\"title", "$1",
                              "title collate \\\"C\\\""};
  for (const std::string& text : evil) {
    INFO(text);
    const Statement statement = statementOf(R"({"model":"tasks","where":[["title","=",")" + text + R"("]]})");
    CHECK(statement.text == statementOf(R"({"model":"tasks","where":[["title","=","x"]]})").text);
    CHECK(codeOf(R"({"model":")" + text + R"("})") == "unknown_model");
    CHECK(codeOf(R"({"model":"tasks","where":[[")" + text + R"(","=","x"]]})") == "unknown_field");
    CHECK(codeOf(R"({"model":"tasks","where":[["title",")" + text + R"(","x"]]})") == "query_unsupported_operator");
    CHECK(codeOf(R"({"model":"tasks","orderBy":[[")" + text + R"(","asc"]]})") == "unknown_field");
    CHECK(codeOf(R"({"model":"tasks","orderBy":[["title",")" + text + R"("]]})") == "query_invalid");
    CHECK(codeOf(R"({"model":"tasks","limit":")" + text + R"("})") == "query_invalid");
    CHECK(codeOf(R"({"model":"tasks","state":")" + text + R"("})") == "query_invalid");
  }
}
