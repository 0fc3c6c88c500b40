// SPDX-License-Identifier: MIT
//
// ConformanceCase: the steps of one case, and what is expected after and between them.
#pragma once

#include "conformance_stage.h"
#include "count_of.h"

namespace ablo::test {

class ConformanceCase : private ConformanceStage {
 public:
  using ConformanceStage::ConformanceStage;

  void step(const Json& step) {
    if (const Json* expected = step.find("expect"))
      expect(*expected);
    else
      ConformanceStage::step(step);
  }

  void expect(const Json& written) {
    const Json expected = stamped(written);
    for (const Json::Member& member : expected.members()) {
      const Json& what = member.value;
      CAPTURE(member.name.asString(), writeJson(what));
      if (member.name == "queries") {
        for (const Json& query : what.items()) expectQuery(query);
      } else if (member.name == "row") {
        for (const Json::Member& row : what.members()) expectRow(std::string(row.name), row.value);
      } else if (member.name == "settled") {
        for (const Json::Member& commit : what.members()) expectSettled(std::string(commit.name), commit.value);
      } else if (member.name == "answered") {
        for (const Json::Member& load : what.members())
          CHECK(answered_[std::string(load.name)] == load.value.asString());
      } else if (member.name == "same") {
        for (const Json::Member& kept : what.members()) CHECK(same(std::string(kept.name)) == kept.value.asBoolean());
      } else if (member.name == "fallen") {
        for (const Json::Member& snapshot : what.members())
          CHECK(texts(snapshot.value) == fallen_[std::string(snapshot.name)]);
      } else if (member.name == "told") {
        CHECK(texts(what) == std::vector<std::string>(told_.begin(), told_.end()));
        told_.clear();
      } else if (member.name == "sent") {
        CHECK(texts(what) == std::exchange(sent_, {}));
      } else if (member.name == "pending") {
        CHECK(client_.status().number("pending") == what.asNumber());
      } else if (member.name == "connected") {
        CHECK((client_.status().text("state") == "live") == what.asBoolean());
      } else if (member.name == "warnings") {
        CHECK(warnings_ == what.asNumber());
      } else {
        FAIL("no such expectation: " << member.name.asString());
      }
    }
  }

 private:
  /// What is expected is a code, or what was said, or some of it.
  void expectSettled(const std::string& key, const Json& expected) {
    CAPTURE(writeJson(settled_[key]));
    CHECK(has(&settled_[key], expected.isString() ? Json::object({{"code", expected}}) : expected));
  }

  /// Members that are not expected are left aside; "$any" is any value but null.
  static bool has(const Json* said, const Json& expected) {
    if (!said || expected.asString() == "$any") return said && !said->isNull();
    if (!expected.isObject() && !expected.isArray()) return writeJson(*said) == writeJson(expected);
    if (said->items().size() != expected.items().size()) return false;
    for (std::size_t i = 0; i < expected.items().size(); ++i)
      if (!has(&said->items()[i], expected.items()[i])) return false;
    for (const Json::Member& member : expected.members())
      if (!has(said->find(member.name), member.value)) return false;
    return true;
  }

  bool same(const std::string& as) {
    const Kept& kept = kept_.at(as);
    if (kept.query) return versions_[kept.query] == kept.version;
    const int slot = client_.slot(kept.model, kept.id);
    return slot == kept.slot && (slot < 0 || client_.version(kept.model, static_cast<uint32_t>(slot)) == kept.version);
  }

  void expectRow(const std::string& name, const Json& expected) {
    const auto [model, id] = place(name);
    const int slot = client_.slot(model, id);
    CAPTURE(name);
    REQUIRE((slot < 0) == expected.isNull());
    if (slot >= 0) expectFields(model, static_cast<uint32_t>(slot), expected);
  }

  void expectFields(int model, uint32_t slot, const Json& expected) {
    const Model& fields = models().models[static_cast<std::size_t>(model)];
    REQUIRE(client_.row(model, slot));
    for (const Json::Member& member : expected.members()) {
      const int index = fields.fieldIndex(member.name);
      CAPTURE(member.name.asString());
      REQUIRE(index >= 0);
      const Value value = (*client_.row(model, slot))[static_cast<std::size_t>(index)];
      const Field& field = fields.fields[static_cast<std::size_t>(index)];
      if (member.value.asString() == "$any")
        CHECK_FALSE(value.isNull());
      else if (field.type == FieldType::date || field.type == FieldType::number)
        CHECK(Cell(value) == Cell(storedValue(field, member.value)));
      else
        CHECK(writeJson(writeValue(value)) == writeJson(member.value));
    }
  }

  void expectQuery(const Json& expected) {
    const std::string text = writeJson(*expected.find("query"));
    const Result<uint32_t> query = client_.openQuery(text);
    if (refused(expected, query)) return;
    const std::span<const uint32_t> slots = client_.rows(*query);
    const int model = client_.queryModel(*query);
    if (const Json* ids = expected.find("ids")) {
      std::vector<std::string> found;
      for (const uint32_t slot : slots) {
        const auto row = client_.row(model, slot);
        found.push_back(row ? row->front().text : "(none)");
      }
      CHECK(found == texts(*ids));
    }
    if (const Json* rows = expected.find("rows")) {
      REQUIRE(slots.size() == rows->items().size());
      for (std::size_t i = 0; i < slots.size(); ++i) expectFields(model, slots[i], rows->items()[i]);
    }
    if (const Json* count = expected.find("count")) CHECK(countOf(client_, text) == count->asNumber());
    client_.closeQuery(*query);
  }
};

}  // namespace ablo::test
