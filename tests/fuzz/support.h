// SPDX-License-Identifier: MIT
//
// What the targets share: bytes read as choices, blocks whose head is put right, and a client brought to where rows come.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ablo/client.h"
#include "base/hash.h"
#include "codec/block.h"
#include "query/query.h"
#include "tasks_schema.h"

namespace ablo::fuzz {

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "It does not hold: %s\n", what);
  std::abort();
}

/// Takes choices off the front of the bytes; when they are used up, every choice is 0.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  bool over() const { return bytes_.empty(); }
  unsigned byte() { return static_cast<unsigned char>(take(1)[0]); }
  unsigned below(unsigned count) { return byte() % count; }
  /// Up to 65,535 bytes, as two bytes say.
  std::string piece() {
    const unsigned low = byte(), size = low | byte() << 8;
    return std::string(take(size).substr(0, size));
  }
  std::string rest() { return std::string(take(bytes_.size())); }

 private:
  std::string take(std::size_t size) {
    std::string taken(bytes_.substr(0, size));
    bytes_.remove_prefix(taken.size());
    if (taken.empty()) taken.push_back('\0');
    return taken;
  }
  std::string_view bytes_;
};

inline const Schema& schema() {
  static const Schema schema = *parseSchema(test::kTasks);
  return schema;
}

/// The same bytes with a head that fits them: no chance would find the checksum. Model and rows stay.
inline std::string mended(std::string block) {
  if (block.size() < 40) block.resize(40);
  const uint32_t magic = 0x4b4c4241, version = 1;
  const uint64_t hash = std::strtoull(schema().hash.c_str(), nullptr, 16), size = block.size(), zero = 0;
  std::memcpy(&block[0], &magic, 4);
  std::memcpy(&block[4], &version, 4);
  std::memcpy(&block[8], &hash, 8);
  std::memcpy(&block[24], &size, 8);
  std::memcpy(&block[32], &zero, 8);
  const std::string_view whole = block;
  const uint64_t checksum = quickHash(whole.substr(40), quickHash(whole.substr(0, 40)));
  std::memcpy(&block[32], &checksum, 8);
  return block;
}

inline void define(Client& client) {
  expect(static_cast<bool>(client.defineSchema(test::kTasks)), "the schema is one");
}
/// Connected, and waiting for its rows.
inline void greet(Client& client) {
  define(client);
  client.start(0);
  client.tokenReady(0);
  client.opened(0);
  client.receive(
      R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":1,"start":"load"})",
      0);
}

inline std::string loadedWith(const std::string& name, const std::string& models = "{}") {
  return R"({"type":"loaded","seq":1,"epoch":"e","blocks":[)" + (name.empty() ? "" : "\"" + name + "\"") +
         R"(],"models":)" + models + R"(,"claims":[]})";
}

/// Until nothing is left to say.
inline void drainAll(Client& client) {
  for (int round = 0; !client.drain().empty(); ++round) expect(round < 10, "drain ends");
}

/// The rows of a model that are shown, by slot.
using View = std::vector<std::pair<uint32_t, Row>>;
View viewOf(const Client& client, int model);
/// The query's rows are those that are found by asking each row of the view.
void expectAnswer(Client& client, uint32_t query, const Query& meaning, const View& view);

}  // namespace ablo::fuzz
