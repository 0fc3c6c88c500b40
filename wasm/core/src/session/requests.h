// SPDX-License-Identifier: MIT
//
// Requests: what this client asked the server and was not answered yet. They go out again on every new connection; deadlines.cpp
// says how long each is waited for.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include "ablo/list.h"
#include "base/map.h"
#include "coordination/claims.h"
#include "query/query.h"

namespace ablo {

struct Request {
  enum class Kind : uint8_t { everything, query, claim, line, free };
  Kind kind =
      Kind::query;      // line: a claim is given back, or those who wait change places; free: nobody holds it any more
  std::string subject;  // the query's text, or the id of the claim whose turn it is
  std::string message;  // the frame to send; empty: there is nothing to send
  std::optional<Query> query;
  double since = 0;
  List<uint32_t> parts{};  // requests without whose answers this one's is not complete
  List<Json> claims{};     // that are asked for one after the other
  std::size_t turn = 0;    // whose it is; those before it are held
  Claims::Filter filter{};
  bool others = false;                                      // whether what is our own does not count
  bool refuses = false;                                     // whether it is not waited for what is held
  double lateAt = std::numeric_limits<double>::infinity();  // until when it is waited for
};

class Requests {
 public:
  uint32_t add(Request request) {
    open_[++last_] = std::move(request);
    return last_;
  }
  /// The request for that subject, or 0.
  uint32_t find(Request::Kind kind, std::string_view subject) const {
    for (const auto& [number, request] : open_)
      if (request.kind == kind && request.subject == subject) return number;
    return 0;
  }
  std::optional<Request> take(uint32_t number) {
    const auto found = open_.find(number);
    if (found == open_.end()) return std::nullopt;
    std::optional<Request> request = std::move(found->second);
    open_.erase(number);
    return request;
  }
  Map<uint32_t, Request>& open() { return open_; }
  const Map<uint32_t, Request>& open() const { return open_; }
  bool waitsForRows() const {
    for (const auto& [number, request] : open_)
      if (request.kind == Request::Kind::query) return true;
    return false;
  }

 private:
  Map<uint32_t, Request> open_;
  uint32_t last_ = 0;
};

}  // namespace ablo
