// SPDX-License-Identifier: MIT
#include "query/query.h"

#include <catch2/catch.hpp>

#include "query/pattern.h"
#include "tasks_schema.h"

using namespace ablo;

namespace {

const Schema kSchema = *parseSchema(test::kTasks);
const Model& kNotes = *kSchema.model("notes");

Row note(const std::string& json) {
  const Json value = *parseJson(json);
  Row row;
  for (const Field& field : kNotes.fields)
    row.push_back(value.find(field.name) ? storedValue(field, *value.find(field.name)) : Value{});
  return row;
}

Result<Query> query(const std::string& rest) {
  return parseQuery(kSchema, *parseJson(R"({"model":"notes")" + rest + "}"));
}
bool meets(const std::string& row, const std::string& where) {
  const Row read = note(row);
  return matches(*query(R"(,"where":)" + where), kNotes, cellsOf(read));
}

}  // namespace

TEST_CASE("Comparisons with null are unknown, as in SQL") {
  CHECK(meets(R"({"stars":3})", R"([["stars","=",3]])"));
  CHECK_FALSE(meets(R"({})", R"([["stars","=",3]])"));
  CHECK_FALSE(meets(R"({})", R"([["stars","!=",3]])"));
  CHECK_FALSE(meets(R"({"stars":3})", R"([["stars","=",null]])"));
  CHECK(meets(R"({})", R"([["stars","IS",null]])"));
  CHECK(meets(R"({"stars":3})", R"([["stars","is not",null]])"));
  CHECK(meets(R"({"pinned":true})", R"([["pinned","IS",true]])"));
  CHECK(meets(R"({})", R"([["pinned","IS NOT",true]])"));
}

TEST_CASE("IN and NOT IN treat a null in the list as unknown") {
  CHECK(meets(R"({"stars":2})", R"([["stars","IN",[1,2]]])"));
  CHECK(meets(R"({"stars":2})", R"([["stars","IN",[2,null]]])"));
  CHECK_FALSE(meets(R"({"stars":3})", R"([["stars","IN",[2,null]]])"));
  CHECK(meets(R"({"stars":3})", R"([["stars","NOT IN",[1,2]]])"));
  CHECK_FALSE(meets(R"({"stars":3})", R"([["stars","NOT IN",[1,null]]])"));
  CHECK(meets(R"({})", R"([["stars","NOT IN",[]]])"));
  CHECK_FALSE(meets(R"({})", R"([["stars","NOT IN",[1]]])"));
}

TEST_CASE("Text compares by bytes and folds ASCII letters only") {
  CHECK(meets(R"({"text":"Z"})", R"([["text","<","a"]])"));
  CHECK(meets(R"({"text":"Hello"})", R"([["text","ILIKE","h%O"]])"));
  CHECK_FALSE(meets(R"({"text":"É"})", R"([["text","ILIKE","é"]])"));
  CHECK(meets(R"({"text":"é"})", R"([["text","LIKE","_"]])"));
  CHECK(meets(R"({"text":"100%"})", R"([["text","LIKE","100\\%"]])"));
  CHECK_FALSE(meets(R"({"text":"100x"})", R"([["text","LIKE","100\\%"]])"));
  CHECK(meets(R"({"text":"x"})", R"([["text","NOT LIKE","y%"]])"));
}

TEST_CASE("A pattern with many wildcards ends soon") {
  CHECK_FALSE(like(std::string(20'000, 'a'), "%a%a%a%a%a%a%a%a%b", false));
  CHECK(like("abcabc", "%b%c", false));
  CHECK(like("", "%", false));
  CHECK_FALSE(like("", "_", false));
}

TEST_CASE("Nulls come last in both directions, and the id ends every order") {
  const Query up = *query(R"(,"orderBy":[["stars","asc"]])"), down = *query(R"(,"orderBy":[["stars","desc"]])");
  const Row one = note(R"({"id":"a","stars":1})"), two = note(R"({"id":"b","stars":2})"), none = note(R"({"id":"0"})"),
            none2 = note(R"({"id":"1"})");
  CHECK(before(up, cellsOf(one), cellsOf(two)));
  CHECK(before(down, cellsOf(two), cellsOf(one)));
  CHECK(before(up, cellsOf(two), cellsOf(none)));
  CHECK(before(down, cellsOf(one), cellsOf(none)));
  CHECK(before(down, cellsOf(none), cellsOf(none2)));
  CHECK_FALSE(before(down, cellsOf(none2), cellsOf(none)));
}

TEST_CASE("What a query cannot say is refused by name") {
  const auto code = [](const std::string& rest) { return codeText(query(rest).error().code); };
  CHECK(code(R"(,"where":[["starz","=",1]])") == "unknown_field");
  CHECK(code(R"(,"where":[["stars","~",1]])") == "query_unsupported_operator");
  CHECK(code(R"(,"where":[["stars","=","1"]])") == "wrong_type");
  CHECK(code(R"(,"where":[["stars","LIKE","1"]])") == "query_invalid");
  CHECK(code(R"(,"where":[["text","LIKE","a\\"]])") == "query_invalid");
  CHECK(code(R"(,"where":[["extra","=",{}]])") == "query_invalid");
  CHECK(code(R"(,"where":{"stars":1})") == "query_invalid");
  CHECK(code(R"(,"orderBy":[["stars","up"]])") == "query_invalid");
  CHECK(code(R"(,"limit":-1)") == "query_invalid");
  CHECK(code(R"(,"state":"gone")") == "query_invalid");
  CHECK(codeText(parseQuery(kSchema, *parseJson(R"({"model":"note"})")).error().code) == "unknown_model");
  CHECK(parseQuery(kSchema, *parseJson(R"({"model":"note"})")).error().message.find("there are notes, tasks") !=
        std::string::npos);
}
