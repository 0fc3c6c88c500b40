// SPDX-License-Identifier: MIT
#include "codec/raw_json.h"

namespace ablo {

bool RawWalk::skip(char wanted) {
  space();
  if (at_ == text_.size() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

bool RawWalk::done() {
  space();
  return at_ == text_.size();
}

bool RawWalk::string(std::string_view& inside) {
  if (!skip('"')) return false;
  const std::size_t start = at_;
  for (std::size_t end; (end = text_.find('"', at_)) != text_.npos;) {
    at_ = end + 1;
    std::size_t escapes = 0;
    while (end - escapes > start && text_[end - escapes - 1] == '\\') ++escapes;
    if (escapes % 2 != 0) continue;
    inside = text_.substr(start, end - start);
    return true;
  }
  at_ = text_.size();
  return false;
}

bool RawWalk::value(std::string_view& whole) {
  space();
  const std::size_t start = at_;
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      std::string_view inside;
      if (!string(inside)) return false;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) break;
      --depth;
      ++at_;
    } else if (depth == 0 && (c == ',' || isSpace(c))) {
      break;
    } else {
      ++at_;
      continue;  // in the middle of a number or a word, or between the parts of something deeper
    }
    if (depth == 0) break;
  }
  whole = text_.substr(start, at_ - start);
  return depth == 0 && !whole.empty();
}

bool RawWalk::isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

void RawWalk::space() {
  while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
}

std::optional<RawObject> RawObject::read(std::string_view text) {
  RawWalk walk(text);
  RawObject object;
  if (!walk.skip('{')) return std::nullopt;
  if (!walk.skip('}')) {
    do {
      Member member;
      if (!walk.string(member.name) || !walk.skip(':') || !walk.value(member.value)) return std::nullopt;
      object.members_.push_back(member);
    } while (walk.skip(','));
    if (!walk.skip('}')) return std::nullopt;
  }
  if (!walk.done()) return std::nullopt;
  return object;
}

std::string_view RawObject::find(std::string_view name) const {
  for (const Member& member : members_)
    if (member.name == name && member.value != "null") return member.value;
  return {};
}

double RawObject::number(std::string_view name, double otherwise) const {
  const Result<Json> value = parseJson(find(name), kTrustedJson);
  return value && value->isNumber() ? value->asNumber() : otherwise;
}

std::string RawObject::text(std::string_view name) const {
  const Result<Json> value = parseJson(find(name), kTrustedJson);
  return std::string(value ? value->asString() : std::string_view());
}

std::vector<std::string> RawObject::texts(std::string_view name) const {
  std::vector<std::string> texts;
  if (const Result<Json> value = parseJson(find(name), kTrustedJson))
    for (const Json& item : value->items()) texts.emplace_back(item.asString());
  return texts;
}

std::optional<std::vector<std::string_view>> rawItems(std::string_view text) {
  RawWalk walk(text);
  std::vector<std::string_view> items;
  if (!walk.skip('[')) return std::nullopt;
  if (!walk.skip(']')) {
    do {
      std::string_view item;
      if (!walk.value(item)) return std::nullopt;
      items.push_back(item);
    } while (walk.skip(','));
    if (!walk.skip(']')) return std::nullopt;
  }
  if (!walk.done()) return std::nullopt;
  return items;
}

void ObjectText::name(std::string_view name) {
  text_ += text_.empty() ? '{' : ',';
  writeJsonString(name, text_);
  text_ += ':';
}

ObjectText& ObjectText::text(std::string_view member, std::string_view value) {
  name(member);
  writeJsonString(value, text_);
  return *this;
}

ObjectText& ObjectText::number(std::string_view member, double value) {
  name(member);
  writeJsonNumber(value, text_);
  return *this;
}

ObjectText& ObjectText::json(std::string_view member, const Json& value) {
  name(member);
  writeJson(value, text_);
  return *this;
}

ObjectText& ObjectText::raw(std::string_view member, std::string_view json) {
  if (json.empty()) return *this;
  name(member);
  text_ += json;
  return *this;
}

std::string ObjectText::take() {
  if (text_.empty()) text_ += '{';
  text_ += '}';
  return std::move(text_);
}

std::string arrayText(const std::vector<std::string_view>& items) {
  std::string text = "[";
  for (const std::string_view item : items) {
    if (text.size() > 1) text += ',';
    text += item;
  }
  return text += ']';
}

}  // namespace ablo
