// SPDX-License-Identifier: MIT
//
// Stream: how far the log of one organization has been published to those who are live. It reads on when it hears of a
// later seq, one page at a time; whatever it hears meanwhile is answered by the next page.
//
// Always true:
//   1. one page is being read at a time, and what was published is never published again;
//   2. only the database's answer to a question that was asked afterwards makes it believe that the log is another one:
//      what it hears may be old. It asks when the head is said to be behind, and every ten seconds: a log that was
//      replaced may have grown to the same length.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub/page.h"
#include "hub/subscriber.h"

namespace ablo::hub {

class Stream {
 public:
  bool known() const { return published_ >= 0; }
  double published() const { return published_; }                                    // -1: not known yet
  double behind() const { return known() ? std::max(0.0, head_ - published_) : 0; }  // entries
  const std::string& epoch() const { return epoch_; }
  uint32_t log() const { return log_; }    // grows when the log is replaced by another, also while it is not known
  uint32_t turn() const { return turn_; }  // grows whenever publishing begins anew

  /// From here on it is this log, all of it published up to `seq`.
  void begin(const std::string& epoch, double seq);
  void forget();  // nobody follows it

  void hear(double head);
  /// The database's own word about the head, which may also be behind.
  void compare(double head, double now);
  /// The seq to read on after, when there is reason to. The answer is `advanced` or `failed`.
  std::optional<double> ask(double now);
  void advanced(const Page& page, double now);
  /// A page that nobody asked for: whether it goes on from here, while no other is on its way.
  bool extends(const Page& page) const;
  void extend(const Page& page);
  void failed(double now);

  double due() const;

 private:
  std::string epoch_;
  double forgotten_ = -1;  // what had been published of it then
  uint32_t log_ = 0, turn_ = 0;
  double published_ = -1;
  double head_ = -1;       // the latest it heard of
  double meanwhile_ = -1;  // … since it asked, which the answer may not know of
  bool doubted_ = false;
  double askedAt_ = -1;
  bool asking_ = false;
  double notBefore_ = 0;
};

/// One frame and everybody who gets it.
struct Delivery {
  std::string bytes;
  std::vector<Socket> sockets;
};

/// Brings all that are live up to the page's end. Who stands at the same place in the same groups shares a frame.
std::vector<Delivery> fanOut(const Page& page, std::map<Socket, Subscriber>& subscribers);

}  // namespace ablo::hub
