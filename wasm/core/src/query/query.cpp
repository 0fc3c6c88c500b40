// SPDX-License-Identifier: MIT
#include "query/query.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "query/pattern.h"

namespace ablo {

namespace {

using Op = Condition::Op;

struct Operator {
  std::string_view text;
  Op op;
};
constexpr std::array<Operator, 14> kOperators{{{"=", Op::eq},
                                               {"!=", Op::ne},
                                               {"<", Op::lt},
                                               {"<=", Op::le},
                                               {">", Op::gt},
                                               {">=", Op::ge},
                                               {"IN", Op::in},
                                               {"NOT IN", Op::notIn},
                                               {"IS", Op::is},
                                               {"IS NOT", Op::isNot},
                                               {"LIKE", Op::like},
                                               {"NOT LIKE", Op::notLike},
                                               {"ILIKE", Op::ilike},
                                               {"NOT ILIKE", Op::notIlike}}};
constexpr uint32_t kMostConditions = 64;

using Parts = std::initializer_list<std::string_view>;
Error invalid(Parts what) { return Error::of(ErrorCode::query_invalid, what); }
Error invalid(std::string_view what) { return invalid(Parts{what}); }

bool isPattern(Op op) { return op == Op::like || op == Op::notLike || op == Op::ilike || op == Op::notIlike; }
bool isText(const Field& field) { return field.type == FieldType::string || field.type == FieldType::enumeration; }

/// A value to compare with. An enum may be compared with text it does not list: no row matches, and nothing is wrong.
Result<Value> readOperand(const Model& model, const Field& field, const Json& json) {
  if (json.isNull()) return Value{};
  if (isText(field) && json.isString()) return Value{Value::Kind::text, 0, std::string(json.asString())};
  return readValue(model, field, json);
}

Result<Condition> readCondition(const Model& model, const Json& json) {
  if (!json.isArray() || json.items().size() != 3 || !json.items()[0].isString() || !json.items()[1].isString())
    return invalid("A condition of where is [field, operator, value].");
  Condition condition;
  const std::string_view name = json.items()[0].asString();
  condition.field = model.fieldIndex(name);
  if (condition.field < 0) return unknownField(model, name);
  const Field& field = model.fields[static_cast<std::size_t>(condition.field)];

  const std::string_view text = json.items()[1].asString();
  const Operator* known = nullptr;
  for (const Operator& entry : kOperators)
    if (equalsFolded(entry.text, text)) known = &entry;
  if (!known)
    return Error::of(ErrorCode::query_unsupported_operator,
                     {"'", std::string_view(text).substr(0, 32), "' is no operator."});
  condition.op = known->op;

  const Json& value = json.items()[2];
  if (field.type == FieldType::json && condition.op != Op::is && condition.op != Op::isNot)
    return invalid({model.key, ".", field.name, " is a json field: it can be compared with IS and IS NOT null only."});
  if (condition.op == Op::in || condition.op == Op::notIn) {
    if (!value.isArray()) return invalid({known->text, " takes an array."});
    for (const Json& item : value.items()) {
      Result<Value> operand = readOperand(model, field, item);
      if (!operand) return operand.error();
      condition.values.push_back(std::move(*operand));
    }
    return condition;
  }
  if ((condition.op == Op::is || condition.op == Op::isNot) && !value.isNull() &&
      !(value.isBoolean() && field.type == FieldType::boolean))
    return invalid({known->text, " takes null, or a boolean on a boolean field."});
  if (isPattern(condition.op)) {
    if (!isText(field)) return invalid({model.key, ".", field.name, " is not text: ", known->text, " cannot be used."});
    if (value.isString() && !isWholePattern(value.asString()))
      return invalid("A pattern must not end with its escape character.");
  }
  Result<Value> operand = readOperand(model, field, value);
  if (!operand) return operand.error();
  condition.values.push_back(std::move(*operand));
  return condition;
}

Result<Order> readOrder(const Model& model, const Json& json) {
  if (!json.isArray() || json.items().empty() || json.items().size() > 2 || !json.items()[0].isString())
    return invalid("An entry of orderBy is [field, \"asc\" or \"desc\"].");
  Order order;
  const std::string_view name = json.items()[0].asString();
  order.field = model.fieldIndex(name);
  if (order.field < 0) return unknownField(model, name);
  if (model.fields[static_cast<std::size_t>(order.field)].type == FieldType::json)
    return invalid({model.key, ".", name, " is a json field, which has no order."});
  const std::string_view direction = json.items().size() == 2 ? json.items()[1].asString() : "asc";
  if (direction != "asc" && direction != "desc") return invalid("An order is asc or desc.");
  order.descending = direction == "desc";
  return order;
}

Result<uint32_t> readCount(const Json& json, std::string_view name) {
  const double count = json.asNumber();
  if (!json.isNumber() || count < 0 || count != std::floor(count) || count > 4e9)
    return invalid({name, " is a whole number, 0 or more."});
  return static_cast<uint32_t>(count);
}

}  // namespace

Result<Query> parseQuery(const Schema& schema, const Json& json) {
  if (!json.isObject()) return invalid("A query is an object.");
  Query query;
  const std::string_view key = json.text("model");
  query.model = schema.modelIndex(key);
  if (query.model < 0) return unknownModel(schema, key);
  const Model& model = schema.models[static_cast<std::size_t>(query.model)];

  if (const Json* where = json.find("where")) {
    if (!where->isArray() || where->items().size() > kMostConditions)
      return invalid("where is an array of at most 64 conditions.");
    for (const Json& item : where->items()) {
      Result<Condition> condition = readCondition(model, item);
      if (!condition) return condition.error();
      query.where.push_back(std::move(*condition));
    }
  }
  if (const Json* orderBy = json.find("orderBy")) {
    if (!orderBy->isArray() || orderBy->items().size() > kMostConditions)
      return invalid("orderBy is an array of [field, direction].");
    for (const Json& item : orderBy->items()) {
      const Result<Order> order = readOrder(model, item);
      if (!order) return order.error();
      query.orderBy.push_back(*order);
    }
  }
  if (const Json* limit = json.find("limit")) {
    const Result<uint32_t> count = readCount(*limit, "limit");
    if (!count) return count.error();
    query.limit = *count;
  }
  if (const Json* offset = json.find("offset")) {
    const Result<uint32_t> count = readCount(*offset, "offset");
    if (!count) return count.error();
    query.offset = *count;
  }
  if (const Json* state = json.find("state")) {
    if (state->asString() == "archived")
      query.state = Lifecycle::archived;
    else if (state->asString() == "all")
      query.state = Lifecycle::all;
    else if (state->asString() != "live")
      return invalid("state is live, archived or all.");
  }
  query.count = json.flag("count");
  if (const Json* expand = json.find("expand"))
    for (const Json& name : expand->items()) {
      const auto relation = std::find_if(model.relations.begin(), model.relations.end(),
                                         [&](const Relation& one) { return one.name == name.asString(); });
      if (relation == model.relations.end())
        return invalid({model.key, " has no relation '", name.asString().substr(0, 64), "'."});
      query.expand.push_back(static_cast<int>(relation - model.relations.begin()));
    }
  return query;
}

}  // namespace ablo
