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
    if (!value()) return false;
    root = std::move(open_.items()[0]);
    space();
    return at_ == text_.size() || unexpected();
  }

  Error error() const {
    return Error::of(tooLarge_ ? ErrorCode::request_too_large : ErrorCode::invalid_json,
                     {"In the JSON, ", problem_, "."});
  }

 private:
  /// Reads one value onto the end of open_.
  bool value() {
    if (++values_ > limits_.values) return refuseSize("it has too many values");
    switch (peek()) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': return word("true", true);
      case 'f': return word("false", false);
      case 'n': return word("null", Json());
      default: return number();
    }
  }

  bool object() {
    if (!enter()) return false;
    uint32_t members = 0;
    if (!closes('}')) {
      do {
        space();
        if (!string() || !fresh(members++)) return false;
        space();
        if (!skip(':')) return unexpected();
        space();
        if (!value()) return false;
        space();
      } while (skip(','));
      if (!skip('}')) return unexpected();
    }
    return leave(members * 2, Json::Kind::object);
  }

  bool array() {
    if (!enter()) return false;
    uint32_t items = 0;
    if (!closes(']')) {
      do {
        space();
        if (!value()) return false;
        ++items;
        space();
      } while (skip(','));
      if (!skip(']')) return unexpected();
    }
    return leave(items, Json::Kind::array);
  }

  bool leave(uint32_t count, Json::Kind kind) {
    --depth_;
    open_.push(open_.takeLast(count, kind));
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

  /// Whether the name that was just read may come after those before it.
  bool fresh(uint32_t members) {
    const std::span<const Json> all = open_.items();
    const std::string_view name = all.back().asString();
    if (name == "__proto__" || name == "constructor" || name == "prototype")
      return refuse("the member name " + std::string(name) + " is refused");
    if (members >= limits_.members) return refuseSize("an object has too many members");
    for (std::size_t other = all.size() - 1; members-- > 0;)
      if (all[other -= 2].asString() == name)
        return refuse("a member stands twice: " + std::string(name.substr(0, 64)));
    return true;
  }

  bool word(std::string_view word, Json meaning) {
    for (const char c : word)
      if (!skip(c)) return unexpected();
    open_.push(std::move(meaning));
    return true;
  }

  bool number() {
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
    open_.push(number);
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }

  bool string() {
    if (!skip('"')) return unexpected();
    const std::size_t start = at_;
    while (at_ < text_.size() && isPlain(text_[at_])) ++at_;
    if (at_ - start > limits_.string) return refuseSize("a string is too long");
    if (peek() == '"') {  // nearly all strings are plain
      open_.push(text_.substr(start, at_++ - start));
      return true;
    }
    std::string text(text_.substr(start, at_ - start));
    if (!rest(text)) return false;
    open_.push(text);
    return true;
  }

  bool rest(std::string& out) {
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
  Json open_ = Json::array();  // values of what is not closed yet, in order
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
