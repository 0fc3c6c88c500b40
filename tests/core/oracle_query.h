// SPDX-License-Identifier: MIT
//
// OracleQuery: a random query and its answer, found in the plainest way there is. It shares no code with wasm/core/src/query.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ablo/json.h"
#include "ablo/schema.h"
#include "ablo/value.h"
#include "random.h"

namespace ablo::test {

inline constexpr uint32_t kRandomIds = 12;  // of each model: r0, r1, …

using OracleRow = std::vector<Value>;  // one value a field, in the model's order

inline Value textValue(std::string text) { return {Value::Kind::text, 0, std::move(text)}; }

/// Few values, so that rows meet and tie, and the ones that go wrong.
inline Value randomValue(const Field& field, Random& random) {
  static const std::vector<std::string> texts{"",
                                              "a",
                                              "A",
                                              "b",
                                              "ab",
                                              "aB",
                                              "B",
                                              "é",
                                              "É",
                                              "İ",
                                              "ı",
                                              "100%",
                                              "a_b",
                                              "a\\b",
                                              "😀",
                                              "\xEF\xBF\xBD",
                                              "e\xCC\x81",
                                              "ada",
                                              "a longer text that no small buffer holds"};
  static const std::vector<double> numbers{-1e308,           -1,     0,    0.1, 0.5, 1, 2, 9007199254740991,
                                           9007199254740992, 5e-324, 1e308};
  static const std::vector<double> dates{-62135596800000000, -1, 0, 1, 1700000000000000, 1700000000000001,
                                         4102444800000000};
  static const std::vector<std::string> jsons{"{}", "[1,null]", "\"x\"", "{\"a\":{\"b\":0.5}}", "false"};
  if (field.name == "id") return textValue("r" + std::to_string(random.below(kRandomIds)));
  if (field.optional && random.chance(30)) return {};
  switch (field.type) {
    case FieldType::string: return textValue(random.pick(texts));
    case FieldType::enumeration: return textValue(random.pick(std::span(field.enumValues)));
    case FieldType::number: return {Value::Kind::number, random.pick(numbers), {}};
    case FieldType::boolean: return {Value::Kind::boolean, random.chance(50) ? 1.0 : 0.0, {}};
    case FieldType::date: return {Value::Kind::date, random.pick(dates), {}};
    case FieldType::json: return {Value::Kind::json, 0, random.pick(jsons)};
  }
  return {};
}

class OracleQuery {
 public:
  OracleQuery(const Schema& schema, int model, Random& random)
      : model_(model), fields_(&schema.models[static_cast<std::size_t>(model)]) {
    for (uint32_t n = random.below(3); n > 0; --n) where_.push_back(randomCondition(random));
    for (uint32_t n = random.below(3); n > 0; --n) {
      const int field = randomField(random, false);
      orderBy_.emplace_back(field, random.chance(50));
    }
    if (random.chance(40)) limit_ = random.below(8);
    if (random.chance(25)) offset_ = random.below(5);
    state_ = random.pick<std::string>({"live", "live", "archived", "all"});
  }

  int model() const { return model_; }
  bool windowed() const { return limit_ || offset_ > 0; }

  std::string text() const {
    Json where = Json::array(), orderBy = Json::array();
    for (const Condition& condition : where_) {
      Json operand = Json::array();
      for (const Value& value : condition.operands) operand.push(writeValue(value));
      const bool list = condition.op == "IN" || condition.op == "NOT IN";
      where.push(Json::array({Json(name(condition.field)), Json(condition.op), list ? operand : operand.items()[0]}));
    }
    for (const auto& [field, descending] : orderBy_)
      orderBy.push(Json::array({Json(name(field)), Json(descending ? "desc" : "asc")}));
    Json query = Json::object({{"model", fields_->key}, {"where", where}, {"orderBy", orderBy}, {"state", state_}});
    if (limit_) query.set("limit", *limit_);
    if (offset_) query.set("offset", offset_);
    return writeJson(query);
  }

  bool meets(const OracleRow& row) const {
    const bool archived = !row[static_cast<std::size_t>(fields_->fieldIndex("archivedAt"))].isNull();
    if (state_ != "all" && archived != (state_ == "archived")) return false;
    return std::all_of(where_.begin(), where_.end(), [&](const Condition& condition) {
      return holds(condition, row[static_cast<std::size_t>(condition.field)]).value_or(false);
    });
  }

  /// Orders and cuts the rows that meet the condition.
  void window(std::vector<const OracleRow*>& rows) const {
    std::sort(rows.begin(), rows.end(), [this](const OracleRow* a, const OracleRow* b) { return before(*a, *b); });
    rows.erase(rows.begin(),
               rows.begin() + std::min<std::ptrdiff_t>(offset_, static_cast<std::ptrdiff_t>(rows.size())));
    if (limit_ && rows.size() > *limit_) rows.resize(*limit_);
  }

 private:
  struct Condition {
    int field;
    std::string op;
    std::vector<Value> operands;
  };

  const Field& field(int index) const { return fields_->fields[static_cast<std::size_t>(index)]; }
  const std::string& name(int index) const { return field(index).name; }

  int randomField(Random& random, bool json) const {
    for (;;) {
      const int index = static_cast<int>(random.below(fields_->fields.size()));
      if (json || field(index).type != FieldType::json) return index;
    }
  }

  Condition randomCondition(Random& random) const {
    static const std::vector<std::string> comparisons{"=", "!=", "<", "<=", ">", ">=", "IN", "NOT IN"};
    static const std::vector<std::string> patterns{"%",   "",     "a%",    "%b",     "_",     "__", "A%",
                                                   "%É%", "%\\%", "a\\_b", "a\\\\b", "%a%n%", "é",  "_%_"};
    static const std::vector<std::string> likes{"LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"};
    const int index = randomField(random, true);
    const Field& chosen = field(index);
    const bool isText = chosen.type == FieldType::string || chosen.type == FieldType::enumeration;
    if (chosen.type == FieldType::json || random.chance(15)) {
      const bool truth = chosen.type == FieldType::boolean && random.chance(50);
      return {index,
              random.pick<std::string>({"IS", "IS NOT"}),
              {truth ? Value{Value::Kind::boolean, random.chance(50) ? 1.0 : 0.0, {}} : Value{}}};
    }
    if (isText && random.chance(40))
      return {index, random.pick(likes), {random.chance(5) ? Value{} : textValue(random.pick(patterns))}};
    Condition condition{index, random.pick(comparisons), {}};
    const bool list = condition.op == "IN" || condition.op == "NOT IN";
    for (uint32_t n = list ? random.below(4) : 1; n > 0; --n)
      condition.operands.push_back(random.chance(10) ? Value{} : randomValue(chosen, random));
    return condition;
  }

  /// Nothing: unknown.
  static std::optional<bool> holds(const Condition& condition, const Value& value) {
    const std::string& op = condition.op;
    const bool negated = op.rfind("NOT", 0) == 0 || op == "!=" || op == "IS NOT";
    if (op == "IS" || op == "IS NOT") return (value == condition.operands[0]) != negated;
    if (op == "IN" || op == "NOT IN") {
      std::optional<bool> any = false;
      for (const Value& operand : condition.operands) {
        const std::optional<bool> same = compared(value, operand, [](int sign) { return sign == 0; });
        if (same == true) return !negated;
        if (!same) any.reset();
      }
      return any ? std::optional(negated) : std::nullopt;
    }
    const Value& operand = condition.operands[0];
    if (op.find("LIKE") != std::string::npos) {
      if (value.isNull() || operand.isNull()) return std::nullopt;
      const bool folded = op.find("ILIKE") != std::string::npos;
      return like(characters(value.text, folded), characters(operand.text, folded), 0, 0) != negated;
    }
    return compared(value, operand, [&op](int sign) {
      return op == "="    ? sign == 0
             : op == "!=" ? sign != 0
             : op == "<"  ? sign < 0
             : op == "<=" ? sign <= 0
             : op == ">"  ? sign > 0
                          : sign >= 0;
    });
  }

  template <class Test>
  static std::optional<bool> compared(const Value& a, const Value& b, Test test) {
    if (a.isNull() || b.isNull()) return std::nullopt;
    return test(sign(a, b));
  }
  static int sign(const Value& a, const Value& b) {
    if (a.kind != Value::Kind::text) {
      const bool nothing = std::isnan(a.number);  // NaN: equal to itself and greater than every other number
      if (nothing || std::isnan(b.number)) return nothing - std::isnan(b.number);
      return a.number < b.number ? -1 : a.number > b.number;
    }
    for (std::size_t i = 0; i < a.text.size() && i < b.text.size(); ++i) {
      const auto x = static_cast<unsigned char>(a.text[i]), y = static_cast<unsigned char>(b.text[i]);
      if (x != y) return x < y ? -1 : 1;
    }
    return a.text.size() < b.text.size() ? -1 : a.text.size() > b.text.size();
  }

  static std::vector<std::string> characters(const std::string& text, bool folded) {
    std::vector<std::string> list;
    for (const char c : text) {
      const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
      if (!continues) list.emplace_back();
      list.back() += folded && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return list;
  }
  static bool like(const std::vector<std::string>& text, const std::vector<std::string>& pattern, std::size_t t,
                   std::size_t p) {
    if (p == pattern.size()) return t == text.size();
    if (pattern[p] == "%") return like(text, pattern, t, p + 1) || (t < text.size() && like(text, pattern, t + 1, p));
    if (t == text.size()) return false;
    if (pattern[p] == "_") return like(text, pattern, t + 1, p + 1);
    if (pattern[p] == "\\") ++p;
    return text[t] == pattern[p] && like(text, pattern, t + 1, p + 1);
  }

  bool before(const OracleRow& a, const OracleRow& b) const {
    for (const auto& [field, descending] : orderBy_) {
      const Value &x = a[static_cast<std::size_t>(field)], &y = b[static_cast<std::size_t>(field)];
      if (x.isNull() != y.isNull()) return y.isNull();
      const int order = x.isNull() ? 0 : sign(x, y);
      if (order != 0) return descending ? order > 0 : order < 0;
    }
    return sign(a[0], b[0]) < 0;
  }

  int model_;
  const Model* fields_;
  std::vector<Condition> where_;
  std::vector<std::pair<int, bool>> orderBy_;  // field, whether descending
  std::optional<uint32_t> limit_;
  uint32_t offset_ = 0;
  std::string state_;
};

}  // namespace ablo::test
