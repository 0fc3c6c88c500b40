// SPDX-License-Identifier: MIT
//
// Load: what ablo.load answered, on its way to subscribers: as it is when it is small, else its rows as blocks (codec/block.h). Those
// are made a slice at a time, so that the other sockets are served meanwhile.
//
//   Load load(bytes);
//   while (!load.work(schema)) …  // somebody else's turn
//   send load.blocks(), then load.message(reason)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ablo/schema.h"
#include "codec/block.h"
#include "hub/messages.h"

namespace ablo::hub {

class Load {
 public:
  explicit Load(std::string_view answer);
  Load(const Load&) = delete;  // it looks at its own bytes
  Load& operator=(const Load&) = delete;

  /// There is a log it speaks of.
  bool valid() const { return seq() >= 0 && !epoch().empty(); }
  /// Nothing has happened since the one that was had.
  bool same() const { return answer_.find("same") == "true"; }
  double seq() const { return answer_.number("seq", -1); }
  std::string epoch() const { return answer_.text("epoch"); }

  /// True: there is nothing left to do. It is always given the same schema.
  bool work(const Schema& schema);

  // When the work is done, and there are blocks.
  /// The same rows; claims may have been renewed.
  void renew(const Load& newer) { keep(newer.answer_); }
  std::size_t bytes() const;

  // When the work is done.
  const std::vector<std::string>& blocks() const { return blocks_; }
  std::string message(std::optional<ErrorCode> reason) const { return loadedText(answer_, blocks_, reason); }

 private:
  RawObject readTop();
  bool readRow(const Schema& schema);
  void add(const Schema& schema, std::string_view row);
  void endBlock();
  void keep(const RawObject& top);

  std::string bytes_;
  RawWalk rows_{{}};  // of all models; nothing, where they stay JSON
  RawObject answer_;
  bool between_ = true;  // two models
  int model_ = -1;       // whose rows come; -1: the schema does not have it
  std::optional<BlockWriter> block_;
  std::vector<std::string> blocks_;
};

}  // namespace ablo::hub
