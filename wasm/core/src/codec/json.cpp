// SPDX-License-Identifier: MIT
#include "ablo/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace ablo {

Json::Json() = default;
Json::Json(std::nullptr_t) {}
Json::Json(bool value) : kind_(Kind::boolean), number_(value) {}
Json::Json(double value) : kind_(Kind::number), number_(value) {}
Json::Json(int value) : Json(static_cast<double>(value)) {}
Json::Json(uint32_t value) : Json(static_cast<double>(value)) {}
Json::Json(uint64_t value) : Json(static_cast<double>(value)) {}
Json::Json(std::string value) : kind_(Kind::string), string_(std::move(value)) {}
Json::Json(std::string_view value) : Json(std::string(value)) {}
Json::Json(const char* value) : Json(std::string(value)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json Json::array() { return array({}); }

Json Json::array(std::vector<Json> items) {
  Json json;
  json.kind_ = Kind::array;
  json.items_ = std::move(items);
  return json;
}

Json Json::object() { return object({}); }

Json Json::object(std::initializer_list<Member> members) {
  Json json;
  json.kind_ = Kind::object;
  json.members_ = members;
  return json;
}

const Json* Json::find(std::string_view name) const {
  for (const Member& member : members_)
    if (member.name == name) return &member.value;
  return nullptr;
}

std::string_view Json::text(std::string_view name) const {
  const Json* value = find(name);
  return value ? std::string_view(value->string_) : std::string_view();
}

double Json::number(std::string_view name, double otherwise) const {
  const Json* value = find(name);
  return value && value->isNumber() ? value->number_ : otherwise;
}

bool Json::flag(std::string_view name, bool otherwise) const {
  const Json* value = find(name);
  return value && value->isBoolean() ? value->asBoolean() : otherwise;
}

Json& Json::set(std::string_view name, Json value) {
  for (Member& member : members_)
    if (member.name == name) {
      member.value = std::move(value);
      return *this;
    }
  members_.push_back({std::string(name), std::move(value)});
  return *this;
}

Json& Json::push(Json value) {
  items_.push_back(std::move(value));
  return *this;
}

namespace {

/// Builds a Json from nlohmann's events and stops at the first thing the limits forbid.
class Builder {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  Json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }
  bool tooLarge() const { return tooLarge_; }

  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(int64_t value) { return add(Json(static_cast<double>(value))); }
  bool number_unsigned(uint64_t value) { return add(Json(static_cast<double>(value))); }
  bool number_float(double value, const std::string&) {
    return std::isfinite(value) ? add(Json(value)) : refuse("a number is too large");
  }
  bool string(std::string& value) {
    if (value.size() > limits_.string) return refuseSize("a string is too long");
    if (value.find('\0') != value.npos)
      return refuse("a string holds the character U+0000, which Postgres does not take");
    return add(Json(std::move(value)));
  }
  bool binary(nlohmann::json::binary_t&) { return refuse("binary values are not taken"); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (name == "__proto__" || name == "constructor" || name == "prototype")
      return refuse("the member name " + name + " is refused");
    const Json& object = stack_.back().value;
    if (object.members().size() >= limits_.members) return refuseSize("an object has too many members");
    if (object.find(name)) return refuse("a member stands twice: " + name.substr(0, 64));
    stack_.back().member = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    if (problem_.empty()) problem_ = "byte " + std::to_string(position) + " is unexpected";
    return false;
  }

 private:
  struct Open {
    Json value;
    std::string member;  // the name under which the next value of this object goes
  };

  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool refuseSize(std::string problem) {
    tooLarge_ = true;
    return refuse(std::move(problem));
  }
  bool open(Json value) {
    if (stack_.size() >= limits_.depth) return refuseSize("it is nested too deeply");
    stack_.push_back({std::move(value), {}});
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back().value);
    stack_.pop_back();
    return add(std::move(done));
  }
  bool add(Json value) {
    if (++values_ > limits_.values) return refuseSize("it has too many values");
    if (stack_.empty())
      root_ = std::move(value);
    else if (Open& top = stack_.back(); top.value.isArray())
      top.value.push(std::move(value));
    else
      top.value.set(top.member, std::move(value));
    return true;
  }

  const JsonLimits& limits_;
  std::vector<Open> stack_;
  Json root_;
  std::size_t values_ = 0;
  std::string problem_;
  bool tooLarge_ = false;
};

void writeEscape(unsigned char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

}  // namespace

Result<Json> parseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    return Error::of(ErrorCode::request_too_large, "It has " + std::to_string(text.size()) + " bytes, and " +
                                                       std::to_string(limits.bytes) + " are allowed.");
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
    return Error::of(builder.tooLarge() ? ErrorCode::request_too_large : ErrorCode::invalid_json,
                     "In the JSON, " + builder.problem() + ".");
  return builder.take();
}

void writeJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          writeEscape(static_cast<unsigned char>(c), out);
        else
          out += c;
    }
  }
  out += '"';
}

void writeJsonNumber(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  // Whole numbers, seq and times above all, are written as such; Grisu would give 1e+21 its exponent and 5.0 its fraction.
  if (std::floor(number) == number && std::fabs(number) <= 9007199254740992.0) {
    out += std::to_string(static_cast<int64_t>(number));
    return;
  }
  char buffer[64];
  out.append(buffer, nlohmann::detail::to_chars(buffer, buffer + sizeof buffer, number));
}

void writeJson(const Json& value, std::string& out) {
  switch (value.kind()) {
    case Json::Kind::null: out += "null"; break;
    case Json::Kind::boolean: out += value.asBoolean() ? "true" : "false"; break;
    case Json::Kind::number: writeJsonNumber(value.asNumber(), out); break;
    case Json::Kind::string: writeJsonString(value.asString(), out); break;
    case Json::Kind::array: {
      char before = '[';
      for (const Json& item : value.items()) {
        out += before;
        writeJson(item, out);
        before = ',';
      }
      if (before == '[') out += before;
      out += ']';
      break;
    }
    case Json::Kind::object: {
      char before = '{';
      for (const Json::Member& member : value.members()) {
        out += before;
        writeJsonString(member.name, out);
        out += ':';
        writeJson(member.value, out);
        before = ',';
      }
      if (before == '{') out += before;
      out += '}';
      break;
    }
  }
}

std::string writeJson(const Json& value) {
  std::string out;
  writeJson(value, out);
  return out;
}

Json errorJson(const Error& error) {
  Json json = Json::object({{"code", codeText(error.code)}, {"message", error.message}});
  if (!error.details.empty())
    if (Result<Json> details = parseJson(error.details, kTrustedJson))
      for (const Json::Member& member : details->members()) json.set(member.name, member.value);
  return json;
}

}  // namespace ablo
