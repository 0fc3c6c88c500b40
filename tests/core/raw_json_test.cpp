// SPDX-License-Identifier: MIT
//
// JSON that is carried and not read: cut at the top, put together again, and refused when it is cut off.
#include <catch2/catch.hpp>

#include "codec/raw_json.h"

using namespace ablo;

TEST_CASE("an object is cut into its members as they stand") {
  const std::optional<RawObject> object = RawObject::read(
      R"( {"seq": 12, "rows": [{"a": "}]\"{"}, [1, {}]], "none": null, "epoch":"e\u0031", "groups": ["a","b"], "yes":true} )");
  REQUIRE(object);
  CHECK(object->number("seq", -1) == 12);
  CHECK(object->find("rows") == R"([{"a": "}]\"{"}, [1, {}]])");
  CHECK(object->find("none").empty());
  CHECK(object->find("missing").empty());
  CHECK(object->number("missing", -1) == -1);
  CHECK(object->text("epoch") == "e1");
  CHECK(object->texts("groups") == std::vector<std::string>{"a", "b"});
  CHECK(object->find("yes") == "true");
  CHECK(RawObject::read("{}"));
}

TEST_CASE("an array is cut into its items") {
  const auto items = rawItems(R"([ {"a":[1,2]} , 3,"x,y" ])");
  REQUIRE(items);
  CHECK(*items == std::vector<std::string_view>{R"({"a":[1,2]})", "3", R"("x,y")"});
  CHECK(rawItems("[]")->empty());
}

TEST_CASE("text that was cut off anywhere is no object") {
  const std::string whole = R"({"a": {"b": [1, "c\\"]}, "d": null})";
  REQUIRE(RawObject::read(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(whole.substr(0, length));
    CHECK(!RawObject::read(whole.substr(0, length)));
  }
  for (const char* text :
       {"[]", "{a:1}", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({"a":1}})", R"({"a":1]})", "1", ""}) {
    INFO(text);
    CHECK(!RawObject::read(text));
  }
  for (const char* text : {"{}", "[1", "[1,]", "[,]", "[1]]", ""}) CHECK(!rawItems(text));
}

TEST_CASE("an object is written of values and of what was cut out") {
  CHECK(ObjectText().member("a", "x\"").raw("b", "[1 ]").raw("c", "").member("d", 2).take() ==
        R"({"a":"x\"","b":[1 ],"d":2})");
  CHECK(ObjectText().take() == "{}");
  CHECK(arrayText({"1", "{}"}) == "[1,{}]");
}
