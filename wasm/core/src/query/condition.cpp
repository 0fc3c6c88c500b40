// SPDX-License-Identifier: MIT
//
// Conditions, as they are asked of every row: three-valued, as in SQL.
#include <cmath>

#include "query/pattern.h"
#include "query/query.h"

namespace ablo {

namespace {

using Op = Condition::Op;

enum class Truth : uint8_t { no, unknown, yes };
Truth truth(bool value) { return value ? Truth::yes : Truth::no; }
Truth negate(Truth value) { return value == Truth::unknown ? value : truth(value == Truth::no); }

Truth isAmong(const Cell& value, const List<Value>& list) {
  if (list.empty()) return Truth::no;
  if (value.isNull()) return Truth::unknown;
  bool sawNull = false;
  for (const Value& item : list) {
    if (item.isNull())
      sawNull = true;
    else if (compare(value, item) == 0)
      return Truth::yes;
  }
  return sawNull ? Truth::unknown : Truth::no;
}

bool isValue(const Cell& value, const Cell& operand) {
  return operand.isNull() ? value.isNull() : !value.isNull() && value.number == operand.number;
}

Truth evaluate(const Condition& condition, const Cell& value) {
  switch (condition.op) {
    case Op::in: return isAmong(value, condition.values);
    case Op::notIn: return negate(isAmong(value, condition.values));
    case Op::is: return truth(isValue(value, condition.values[0]));
    case Op::isNot: return truth(!isValue(value, condition.values[0]));
    default: break;
  }
  const Cell operand = condition.values[0];
  if (value.isNull() || operand.isNull()) return Truth::unknown;
  switch (condition.op) {
    case Op::eq: return truth(compare(value, operand) == 0);
    case Op::ne: return truth(compare(value, operand) != 0);
    case Op::lt: return truth(compare(value, operand) < 0);
    case Op::le: return truth(compare(value, operand) <= 0);
    case Op::gt: return truth(compare(value, operand) > 0);
    case Op::ge: return truth(compare(value, operand) >= 0);
    case Op::like: return truth(like(value.text, operand.text, false));
    case Op::notLike: return truth(!like(value.text, operand.text, false));
    case Op::ilike: return truth(like(value.text, operand.text, true));
    case Op::notIlike: return truth(!like(value.text, operand.text, true));
    default: return Truth::unknown;
  }
}

}  // namespace

bool meets(const Condition& condition, const Cell& value) { return evaluate(condition, value) == Truth::yes; }

int compare(const Cell& a, const Cell& b) {
  if (a.kind == Value::Kind::text || a.kind == Value::Kind::json) return a.text.compare(b.text);
  if (a.number < b.number) return -1;
  if (a.number > b.number) return 1;
  return static_cast<int>(std::isnan(a.number)) - static_cast<int>(std::isnan(b.number));
}

}  // namespace ablo
