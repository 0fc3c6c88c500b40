// SPDX-License-Identifier: MIT
#include "ablo/schema.h"

#include <catch2/catch.hpp>

#include "tasks_schema.h"

using namespace ablo;

namespace {
std::string problem(const std::string& fields) {
  const Result<Schema> schema = parseSchema(R"({"v":3,"models":{"tasks":{"fields":)" + fields + "}}}");
  return schema ? "" : std::string(codeText(schema.error().code)) + ": " + schema.error().message;
}
}  // namespace

TEST_CASE("The seeds' schema is taken, id and updatedAt declared") {
  const Result<Schema> schema = parseSchema(test::kTasks);
  REQUIRE(schema);
  const Model* tasks = schema->model("tasks");
  REQUIRE(tasks);
  CHECK(tasks->fields[0].name == "id");
  CHECK(tasks->field("updatedAt")->type == FieldType::date);
  CHECK(tasks->field("updatedAt")->dateAsText);
  CHECK(tasks->field("createdAt")->column == "created_at");
  CHECK_FALSE(tasks->field("createdAt")->dateAsText);
  CHECK(schema->model("notes")->field("taskId")->column == "task_id");
  CHECK(schema->model("task") == nullptr);
}

TEST_CASE("The hash does not depend on the order of models and fields, and changes with anything that matters") {
  const auto hash = [](const char* text) { return parseSchema(text)->hash; };
  const std::string one =
      hash(R"({"v":3,"models":{"a":{"fields":{"x":{"type":"string"},"y":{"type":"number"}}},"b":{"fields":{}}}})");
  CHECK(one ==
        hash(R"({"models":{"b":{"fields":{}},"a":{"fields":{"y":{"type":"number"},"x":{"type":"string"}}}},"v":3})"));
  CHECK(one !=
        hash(R"({"v":3,"models":{"a":{"fields":{"x":{"type":"string"},"y":{"type":"string"}}},"b":{"fields":{}}}})"));
  CHECK(one.size() == 16);
}

TEST_CASE("A schema that cannot be used says why") {
  CHECK(problem(R"({"userID":{"type":"string"}})").find("no two capitals") != std::string::npos);
  CHECK(problem(R"({"User":{"type":"string"}})").find("camelCase") != std::string::npos);
  CHECK(problem(R"({"a;drop":{"type":"string"}})").find("camelCase") != std::string::npos);
  CHECK(problem(R"({"a":{"type":"uuid"}})").find("'uuid' is no field type") != std::string::npos);
  CHECK(problem(R"({"a":{"type":"enum"}})").find("enumValues") != std::string::npos);
  CHECK(problem(R"({"a":{"type":"string","column":"a\"b"}})").find("no name for a column") != std::string::npos);
  CHECK(problem(R"({"a":{"type":"string","column":"b"},"b":{"type":"string"}})").find("column b") != std::string::npos);
  CHECK(problem(R"({"createdAt":{"type":"boolean"}})").find("base field") != std::string::npos);
  CHECK(problem(R"({"id":{"type":"number"}})").find("id is a string") != std::string::npos);
  CHECK(problem("{}").empty());
  CHECK_FALSE(parseSchema("{}"));
  CHECK_FALSE(parseSchema("not json"));
  CHECK_FALSE(parseSchema(R"({"v":3,"models":{"A":{"fields":{}}}})"));
}
