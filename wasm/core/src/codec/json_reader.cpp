// SPDX-License-Identifier: MIT
//
// parseJson(): RFC 8259 and nothing beyond it, but for what the limits forbid. nlohmann's reader takes and refuses the same
// texts and is what tests compare it with; it is not the one that ships because of its size (docs/decisions/client.md).
#include <cmath>

#include "ablo/json.h"
#include "codec/decimal.h"

namespace ablo {

namespace {

class Reader {
 public:
  Reader(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  bool document(Json& root) {
    space();
    if (!value(root)) return false;
    space();
    return at_ == text_.size() || unexpected();
  }

  Error error() const {
    return Error::of(tooLarge_ ? ErrorCode::request_too_large : ErrorCode::invalid_json,
                     {"In the JSON, ", problem_, "."});
  }

 private:
  bool value(Json& out) {
    if (++values_ > limits_.values) return refuseSize("it has too many values");
    switch (peek()) {
      case '{': return object(out);
      case '[': return array(out);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        out = Json(std::move(text));
        return true;
      }
      case 't': return word("true", Json(true), out);
      case 'f': return word("false", Json(false), out);
      case 'n': return word("null", Json(), out);
      default: return number(out);
    }
  }

  bool object(Json& out) {
    if (!enter()) return false;
    List<Json::Member> members;
    if (!closes('}')) {
      do {
        space();
        Json::Member member;
        if (!string(member.name) || !fresh(member.name, members)) return false;
        space();
        if (!skip(':')) return unexpected();
        space();
        if (!value(member.value)) return false;
        members.push_back(std::move(member));
        space();
      } while (skip(','));
      if (!skip('}')) return unexpected();
    }
    --depth_;
    out = Json::object(std::move(members));
    return true;
  }

  bool array(Json& out) {
    if (!enter()) return false;
    List<Json> items;
    if (!closes(']')) {
      do {
        space();
        Json item;
        if (!value(item)) return false;
        items.push_back(std::move(item));
        space();
      } while (skip(','));
      if (!skip(']')) return unexpected();
    }
    --depth_;
    out = Json::array(std::move(items));
    return true;
  }

  bool enter() {
    ++at_;
    return ++depth_ <= limits_.depth || refuseSize("it is nested too deeply");
  }

  bool closes(char bracket) {
    space();
    return skip(bracket);
  }

  bool fresh(const std::string& name, const List<Json::Member>& members) {
    if (name == "__proto__" || name == "constructor" || name == "prototype")
      return refuse("the member name " + name + " is refused");
    if (members.size() >= limits_.members) return refuseSize("an object has too many members");
    for (const Json::Member& member : members)
      if (member.name == name) return refuse("a member stands twice: " + name.substr(0, 64));
    return true;
  }

  bool word(std::string_view word, Json meaning, Json& out) {
    for (const char c : word)
      if (!skip(c)) return unexpected();
    out = std::move(meaning);
    return true;
  }

  bool number(Json& out) {
    const std::size_t start = at_;
    skip('-');
    if (!skip('0') && !digits()) return unexpected();
    if (skip('.') && !digits()) return unexpected();
    if (skip('e') || skip('E')) {
      if (!skip('-')) skip('+');
      if (!digits()) return unexpected();
    }
    const double number = readDecimal(text_.substr(start, at_ - start));
    if (!std::isfinite(number)) return refuse("a number is too large");
    out = Json(number);
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }

  bool string(std::string& out) {
    if (!skip('"')) return unexpected();
    while (!skip('"')) {
      const std::size_t start = at_;
      if (!(skip('\\') ? escape(out) : characters(out))) {
        at_ = start;
        return unexpected();
      }
      if (out.size() > limits_.string) return refuseSize("a string is too long");
      if (out.back() == '\0') return refuse("a string holds the character U+0000, which Postgres does not take");
    }
    return true;
  }

  /// What stands for itself: as much ASCII as there is, or one other character, if it is UTF-8 as it should be.
  bool characters(std::string& out) {
    const std::size_t start = at_;
    while (at_ < text_.size() && isPlain(text_[at_])) ++at_;
    if (at_ == start && !multibyte()) return false;
    out += text_.substr(start, at_ - start);
    return true;
  }

  bool multibyte() {
    if (at_ == text_.size()) return false;
    const unsigned char lead = byte();
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    uint32_t code = lead & (0x3Fu >> more);
    for (int i = 0; i < more; ++i) {
      if (at_ == text_.size() || (text_[at_] & 0xC0) != 0x80) return false;
      code = code << 6 | (byte() & 0x3Fu);
    }
    constexpr uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
    if (lead < 0xC0 || lead > 0xF4 || code < kSmallest[more] || code > 0x10FFFF || isSurrogate(code)) return false;
    return true;
  }

  bool escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (skip('u')) return codeUnits(out);
    const std::size_t which = kNames.find(peek());
    if (at_ == text_.size() || which == kNames.npos) return false;
    ++at_;
    out += kMeanings[which];
    return true;
  }

  /// What follows \u: four digits, or a pair of surrogates.
  bool codeUnits(std::string& out) {
    uint32_t code = 0;
    if (!hex(code)) return false;
    if (isSurrogate(code)) {
      uint32_t low = 0;
      if (!skip('\\') || !skip('u') || !hex(low)) return false;
      if (code >= 0xDC00 || low < 0xDC00 || !isSurrogate(low)) return false;
      code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
    }
    const auto add = [&](uint32_t bits) { out += static_cast<char>(bits); };
    if (code < 0x80) {
      add(code);
      return true;
    }
    if (code < 0x800) {
      add(0xC0 | code >> 6);
    } else {
      if (code < 0x10000) {
        add(0xE0 | code >> 12);
      } else {
        add(0xF0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3F));
      }
      add(0x80 | (code >> 6 & 0x3F));
    }
    add(0x80 | (code & 0x3F));
    return true;
  }

  bool hex(uint32_t& code) {
    for (int i = 0; i < 4; ++i) {
      const char c = peek(), lower = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9')
        code = code << 4 | static_cast<uint32_t>(c - '0');
      else if (lower >= 'a' && lower <= 'f')
        code = code << 4 | static_cast<uint32_t>(lower - 'a' + 10);
      else
        return false;
      ++at_;
    }
    return true;
  }

  static bool isPlain(char c) { return static_cast<unsigned char>(c - 0x20) < 0x60 && c != '"' && c != '\\'; }
  static bool isSurrogate(uint32_t code) { return code >= 0xD800 && code < 0xE000; }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  unsigned char byte() { return static_cast<unsigned char>(text_[at_++]); }
  bool skip(char wanted) {
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void space() {
    while (skip(' ') || skip('\n') || skip('\r') || skip('\t')) {
    }
  }

  bool unexpected() { return refuse("byte " + std::to_string(at_ + 1) + " is unexpected"); }
  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool refuseSize(std::string problem) {
    tooLarge_ = true;
    return refuse(std::move(problem));
  }

  std::string_view text_;
  const JsonLimits& limits_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::string problem_;
  bool tooLarge_ = false;
};

}  // namespace

Result<Json> parseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    return Error::of(ErrorCode::request_too_large, {"It has ", std::to_string(text.size()), " bytes, and ",
                                                    std::to_string(limits.bytes), " are allowed."});
  Reader reader(text, limits);
  Json root;
  if (!reader.document(root)) return reader.error();
  return root;
}

}  // namespace ablo
