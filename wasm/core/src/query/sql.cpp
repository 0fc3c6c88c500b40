// SPDX-License-Identifier: MIT
#include "query/sql.h"

#include "schema/ddl_text.h"

namespace ablo {

namespace {

using Op = Condition::Op;

constexpr std::string_view operatorText(Op op) {
  switch (op) {
    case Op::eq: return " = ";
    case Op::ne: return " <> ";
    case Op::lt: return " < ";
    case Op::le: return " <= ";
    case Op::gt: return " > ";
    case Op::ge: return " >= ";
    case Op::in: return " = any ";
    case Op::notIn: return " <> all ";
    case Op::is: return " is ";
    case Op::isNot: return " is not ";
    case Op::like: return " like ";
    case Op::notLike: return " not like ";
    case Op::ilike: return " ilike ";
    case Op::notIlike: return " not ilike ";
  }
  return " ";
}

std::string column(const Field& field) { return "t." + quotedName(field.column); }

bool isText(const Field& field) { return field.type == FieldType::string || field.type == FieldType::enumeration; }

std::string_view castText(const Field& field) {
  switch (field.type) {
    case FieldType::number: return "::double precision";
    case FieldType::boolean: return "::boolean";
    case FieldType::date: return "::timestamptz";
    default: return "";
  }
}

/// Equality is the same in every collation that Postgres lets a column have, and without a collation of its own it can
/// use any index; order and patterns go by bytes.
bool goesByBytes(const Field& field, Op op) { return isText(field) && op != Op::eq && op != Op::ne; }

/// Writes the parts of one statement and collects the values they leave to its parameters.
class Writer {
 public:
  explicit Writer(const Model& model) : model_(model) {}

  std::string condition(const Condition& condition) {
    const Field& field = fieldAt(condition.field);
    const std::string op(operatorText(condition.op));
    const std::string cast(castText(field));
    switch (condition.op) {
      case Op::in:
      case Op::notIn:
        return column(field) + op + "(array(select v" + cast + " from jsonb_array_elements_text($2->" +
               parameter(list(condition.values)) + ") v))";
      case Op::is:
      case Op::isNot: {
        const Value& value = condition.values[0];
        return column(field) + op + (value.isNull() ? "null" : value.number != 0 ? "true" : "false");
      }
      default:
        return column(field) + (goesByBytes(field, condition.op) ? " collate \"C\"" : "") + op + "($2->>" +
               parameter(writeValue(condition.values[0])) + ")" + cast;
    }
  }

  std::string order(const Order& order) const {
    const Field& field = fieldAt(order.field);
    return column(field) + (isText(field) ? " collate \"C\"" : "") + (order.descending ? " desc" : "") +
           " nulls last, ";
  }

  std::string params() const { return writeJson(params_); }

 private:
  const Field& fieldAt(int index) const { return model_.fields[static_cast<std::size_t>(index)]; }

  static Json list(const List<Value>& values) {
    Json items = Json::array();
    for (const Value& value : values) items.push(writeValue(value));
    return items;
  }

  /// Its place among the parameters.
  std::string parameter(Json value) {
    params_.push(std::move(value));
    return std::to_string(params_.items().size() - 1);
  }

  const Model& model_;
  Json params_ = Json::array();
};

}  // namespace

Statement readStatement(const Schema& schema, const Query& query) {
  const Model& model = schema.models[static_cast<std::size_t>(query.model)];
  Writer writer(model);
  std::string text = "select " + functionName("image", model) + "(t.*) as image from " + tableName(model) +
                     " t where " + column(*model.field("organizationId")) + " = $1";
  const std::string archivedAt = column(*model.field("archivedAt"));
  if (query.state == Lifecycle::live) text += " and " + archivedAt + " is null";
  if (query.state == Lifecycle::archived) text += " and " + archivedAt + " is not null";
  for (const Condition& condition : query.where) text += " and " + writer.condition(condition);
  text += " order by ";
  for (const Order& order : query.orderBy) text += writer.order(order);
  text += column(model.fields[0]) + " collate \"C\"";
  if (query.limit) text += " limit " + std::to_string(*query.limit);
  if (query.offset) text += " offset " + std::to_string(query.offset);
  return {"select coalesce(json_agg(q.image), '[]') from (" + text + ") q", writer.params()};
}

}  // namespace ablo
