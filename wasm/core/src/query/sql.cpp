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

/// A field of a row of the table.
std::string columnOf(const Field& field) { return "t." + quotedName(field.column); }

/// A field of an image in the log, as it was made (schema/ddl_model.cpp): a date may be in milliseconds since 1970.
std::string memberOf(const Field& field) {
  const std::string name = quotedText(field.name), text = "(i.image->>" + name + ")" + std::string(castText(field));
  if (field.type != FieldType::date) return text;
  return "(case jsonb_typeof(i.image->" + name + ") when 'number' then to_timestamp((i.image->>" + name +
         ")::double precision / 1000) else " + text + " end)";
}

/// Writes the parts of one statement and collects the values they leave to its parameters.
class Writer {
 public:
  using Place = std::string (*)(const Field&);
  Writer(const Model& model, Place column) : model_(model), column_(column) {}

  std::string where(const Query& query) {
    std::string text;
    const std::string archivedAt = column_(*model_.field("archivedAt"));
    if (query.state == Lifecycle::live) text += " and " + archivedAt + " is null";
    if (query.state == Lifecycle::archived) text += " and " + archivedAt + " is not null";
    for (const Condition& condition : query.where) text += " and " + this->condition(condition);
    return text;
  }

  std::string order(const Order& order) const {
    const Field& field = fieldAt(order.field);
    return column_(field) + (isText(field) ? " collate \"C\"" : "") + (order.descending ? " desc" : "") +
           " nulls last, ";
  }

  std::string params() const { return writeJson(params_); }

 private:
  std::string condition(const Condition& condition) {
    const Field& field = fieldAt(condition.field);
    const std::string op(operatorText(condition.op));
    const std::string cast(castText(field));
    switch (condition.op) {
      case Op::in:
      case Op::notIn:
        return column_(field) + op + "(array(select v" + cast + " from jsonb_array_elements_text($2->" +
               parameter(list(condition.values)) + ") v))";
      case Op::is:
      case Op::isNot: {
        const Value& value = condition.values[0];
        return column_(field) + op + (value.isNull() ? "null" : value.number != 0 ? "true" : "false");
      }
      default:
        return column_(field) + (goesByBytes(field, condition.op) ? " collate \"C\"" : "") + op + "($2->>" +
               parameter(writeValue(condition.values[0])) + ")" + cast;
    }
  }

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
  const Place column_;
  Json params_ = Json::array();
};

}  // namespace

Statement readStatement(const Schema& schema, const Query& query) {
  const Model& model = schema.models[static_cast<std::size_t>(query.model)];
  Writer writer(model, columnOf);
  std::string text = "select " + functionName("image", model) + "(t.*) as image from " + tableName(model) +
                     " t where " + columnOf(*model.field("organizationId")) + " = $1";
  text += writer.where(query) + " order by ";
  for (const Order& order : query.orderBy) text += writer.order(order);
  text += columnOf(model.fields[0]) + " collate \"C\"";
  if (query.limit) text += " limit " + std::to_string(*query.limit);
  if (query.offset) text += " offset " + std::to_string(query.offset);
  return {"select coalesce(json_agg(q.image), '[]') from (" + text + ") q", writer.params()};
}

Statement imageCondition(const Schema& schema, const Query& query) {
  Writer writer(schema.models[static_cast<std::size_t>(query.model)], memberOf);
  const std::string where = writer.where(query);
  return {"i.image is not null" + where, writer.params()};
}

}  // namespace ablo
