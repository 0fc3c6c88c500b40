// SPDX-License-Identifier: MIT
//
// Wire: one socket between a person and a server. What is sent arrives in order, or not any more: either end may lose it
// without the other knowing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "agenda.h"
#include "codec/block.h"
#include "plan.h"

namespace ablo::sim {

class Wire : public std::enable_shared_from_this<Wire> {
 public:
  struct Direction {
    std::function<void(const std::string&)> arrive;
    std::function<void(int code, const std::string& reason)> end;
    double last = 0;        // when what was sent last arrives
    bool open = true;       // who sends believes that it is
    bool swallows = false;  // what is sent is lost, and nobody knows
    bool heard = true;      // who receives still listens
    uint32_t loads = 0;     // sent so far
  };

  Wire(Agenda& agenda, Random& random, const Plan& plan, uint32_t socket)
      : socket(socket), agenda_(agenda), random_(random), plan_(plan) {}

  const uint32_t socket;
  Direction toServer, toClient;

  void send(Direction& direction, std::string frame) {
    if (!direction.open || direction.swallows) return;
    if (isBlock(frame) && plan_.damage > 0 && random_.chance(plan_.damage)) frame[random_.below(frame.size())] ^= 1;
    if (frame.starts_with(R"({"type":"loaded")")) ++direction.loads;
    deliver(direction, [&direction, frame] { direction.arrive(frame); });
    if (mayComeTwice(frame) && random_.chance(plan_.duplicate))
      agenda_.at(direction.last + random_.below(2'000),
                 [self = shared_from_this(), &direction, frame, made = generation_, loads = direction.loads] {
                   if (direction.heard && made == self->generation_ && loads == direction.loads)
                     direction.arrive(frame);
                 });
  }
  /// The sender closes: the other end hears of it after everything that was sent before.
  void close(Direction& direction, Direction& back, int code, const std::string& reason) {
    if (!direction.open) return;
    direction.open = false;
    back.heard = false;
    if (!direction.swallows)
      deliver(direction, [&direction, &back, code, reason] {
        back.open = direction.heard = false;
        direction.end(code, reason);
      });
  }
  /// The network drops it: what is under way arrives, or does not; each end hears of it some time later.
  void cut(double serverHears, double clientHears) {
    const bool some = random_.chance(50);
    toServer.swallows = toClient.swallows = true;
    if (!some) ++generation_;
    agenda_.in(serverHears, [self = shared_from_this()] { self->lost(self->toServer, self->toClient); });
    agenda_.in(clientHears, [self = shared_from_this()] { self->lost(self->toClient, self->toServer); });
  }
  /// Nothing arrives any more, and nobody is told.
  void goDead() {
    toServer.swallows = toClient.swallows = true;
    ++generation_;
  }

 private:
  /// A copy that comes late must do no harm. A second hello is another conversation. What came before everything was
  /// loaded may be of another log, and does not say so: a socket gives nothing twice, and of that not even here.
  static bool mayComeTwice(const std::string& frame) {
    return frame.starts_with(R"({"type":"commit")") || frame.starts_with(R"({"type":"changes")") ||
           frame.starts_with(R"({"type":"receipt")");
  }
  void lost(Direction& direction, Direction& back) {
    if (!direction.heard) return;
    direction.heard = back.open = false;
    direction.end(1006, "");
  }
  void deliver(Direction& direction, std::function<void()> what) {
    direction.last = std::max(direction.last, agenda_.now() + plan_.latency * random_.below(1000) / 1000) + 1e-6;
    agenda_.at(direction.last, [self = shared_from_this(), &direction, what = std::move(what), made = generation_] {
      if (direction.heard && made == self->generation_) what();
    });
  }

  Agenda& agenda_;
  Random& random_;
  const Plan& plan_;
  uint64_t generation_ = 0;
};

}  // namespace ablo::sim
