// SPDX-License-Identifier: MIT
//
// What a schema needs of the database. That the statements do what they say is for tests/server to show, on Postgres.
#include <catch2/catch.hpp>

#include <algorithm>

#include "schema/ddl.h"
#include "schema/ddl_text.h"
#include "tasks_schema.h"

using namespace ablo;

namespace {

std::vector<std::string> planOf(const std::string& document) {
  const Result<Schema> schema = parseSchema(document);
  REQUIRE(schema);
  return planDdl(*schema);
}

std::string model(const std::string& fields) { return R"({"v":3,"models":{"tasks":{"fields":{)" + fields + "}}}}"; }

/// The one statement that begins like this.
std::string statement(const std::vector<std::string>& plan, const std::string& beginning) {
  const auto begins = [&](const std::string& text) { return text.compare(0, beginning.size(), beginning) == 0; };
  REQUIRE(std::count_if(plan.begin(), plan.end(), begins) == 1);
  return *std::find_if(plan.begin(), plan.end(), begins);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a table belongs to organizations, and is held to them") {
  const std::vector<std::string> plan = planOf(test::kTasks);
  CHECK(
      has(statement(plan, "select ablo.ensure_table('public.\"tasks\"'"), R"(primary key ("organization_id", "id"))"));
  CHECK(statement(plan, "select ablo.ensure_tenancy('public.\"tasks\"'") ==
        R"(select ablo.ensure_tenancy('public."tasks"', 'organization_id'))");
}

TEST_CASE("the database is told what it should have") {
  const std::string expected = statement(planOf(test::kTasks), "create or replace function ablo.expected()");
  CHECK(has(expected, R"("model": "notes", "table": "notes", "columns": {"id": "text", )"));
  CHECK(has(expected, R"("task_id": "text")"));
  CHECK(has(expected, R"("stars": "double precision")"));
}

TEST_CASE("each field has a column of its type, under the database's name for it") {
  const std::vector<std::string> plan = planOf(test::kTasks);
  const auto column = [](const std::string& name, const std::string& type) {
    return "select ablo.ensure_column('public.\"notes\"', '" + name + "', '" + type + "')";
  };
  for (const std::string& text :
       {column("task_id", "text"), column("stars", "double precision"), column("pinned", "boolean"),
        column("due", "timestamptz"), column("extra", "jsonb"), column("archived_at", "timestamptz")})
    CHECK(statement(plan, text) == text);
}

TEST_CASE("an enum is held to its values, whatever is in them") {
  const std::vector<std::string> plan = planOf(model(R"("status":{"type":"enum","enumValues":["to do","won't"]})"));
  CHECK(has(statement(plan, "select ablo.ensure_enum("), R"('tasks_status_enum', 'status', array['to do', 'won''t'])"));
}

TEST_CASE("an indexed field is found within its organization; json is not indexed") {
  const std::vector<std::string> plan =
      planOf(model(R"("rank":{"type":"number","isIndexed":true},"extra":{"type":"json","isIndexed":true})"));
  CHECK(has(statement(plan, "select ablo.ensure_index("),
            R"('public."tasks"', 'tasks_rank_idx', '("organization_id", "rank")'))"));
  CHECK(std::count_if(plan.begin(), plan.end(), [](const std::string& text) { return has(text, "ensure_index"); }) ==
        1);
}

TEST_CASE("words of SQL can be names of fields and tables") {
  const std::string document =
      R"({"v":3,"models":{"order":{"tableName":"user","fields":{"select":{"type":"string","column":"Group"}}}}})";
  const std::vector<std::string> plan = planOf(document);
  CHECK(has(statement(plan, "create or replace function ablo.\"image_user\"(public.\"user\")"),
            R"('select', ($1)."Group")"));
  CHECK(has(statement(plan, "create or replace function ablo.write_row"),
            R"(if $2 = 'order' then return ablo."write_user")"));
}

TEST_CASE("what a client sends for base fields is not taken") {
  const std::string write = statement(planOf(test::kTasks), "create or replace function ablo.\"write_tasks\"");
  for (const char* field : {"'id'", "'createdAt'", "'updatedAt'", "'organizationId'", "'archivedAt'"}) {
    CHECK_FALSE(has(write, std::string("$4->>") + field));
    CHECK_FALSE(has(write, std::string("$4 ? ") + field));
  }
  CHECK(has(write, R"("title" = case when $4 ? 'title' then $4->>'title' else t."title" end)"));
}

TEST_CASE("a model may have more fields than Postgres takes arguments") {
  std::string fields;
  for (int i = 0; i < 120; ++i) fields += (i ? ",\"f" : "\"f") + std::to_string(i) + R"(":{"type":"string"})";
  const std::string image = statement(planOf(model(fields)), "create or replace function ablo.\"image_tasks\"");
  std::size_t calls = 0;
  for (std::size_t at = image.find("jsonb_build_object("); at != image.npos;
       at = image.find("jsonb_build_object(", at + 1))
    ++calls;
  CHECK(calls == 3);
  CHECK_FALSE(has(image, ", )"));
}

TEST_CASE("names that are too long for Postgres stay different") {
  const std::string stem(70, 'a');
  CHECK(ruleName(stem + "_one").size() == 63);
  CHECK(ruleName(stem + "_one") != ruleName(stem + "_two"));
  CHECK(ruleName("tasks_status_idx") == "tasks_status_idx");
  Model one, two;
  one.table = std::string(60, 'a') + "one";
  two.table = std::string(60, 'a') + "two";
  CHECK(functionName("capture", one) != functionName("capture", two));
}

TEST_CASE("the same schema gives the same plan, in whatever order it was written") {
  const std::string one = R"("a":{"fields":{"x":{"type":"string"}}})";
  const std::string two = R"("b":{"fields":{"y":{"type":"string"}}})";
  const auto document = [](const std::string& models) { return R"({"v":3,"models":{)" + models + "}}"; };
  CHECK(planOf(document(one + "," + two)) == planOf(document(two + "," + one)));
}

TEST_CASE("who may write to what is claimed is part of the plan") {
  const auto policyOf = [](const std::string& whileClaimed) {
    return policyDdl(R"({"v":3,"models":{"tasks":{"fields":{},"whileClaimed":)" + whileClaimed +
                     R"(},"notes":{"fields":{}}}})");
  };
  CHECK_THAT(*policyOf(R"({"user":"overwrite","agent":"refuse"})"), Catch::Contains(R"('{"tasks":["user"]}'::jsonb)"));
  for (const char* wrong : {R"("overwrite")", R"({"robot":"overwrite"})", R"({"user":"maybe"})", R"({"user":true})"}) {
    INFO(wrong);
    CHECK(policyOf(wrong).error().code == ErrorCode::invalid_schema);
  }
}
