// SPDX-License-Identifier: MIT
//
// Stranger: somebody at a socket without a client of ours, who says what nobody should. They are told so by name, and that is all.
#pragma once

#include <memory>
#include <string>

#include "nonsense.h"
#include "record.h"
#include "wire.h"

namespace ablo::sim {

class Stranger {
 public:
  Stranger(Random& random, Record& record) : random_(random), record_(record) {}

  void visit(std::shared_ptr<Wire> wire) {
    if (wire_) wire_->close(wire_->toServer, wire_->toClient, 1000, "");
    wire_ = std::move(wire);
    wire_->toClient.arrive = [this](const std::string& frame) { hear(frame); };
    wire_->toClient.end = [](int, const std::string&) {};
    if (random_.chance(10)) {
      said_ = {"that it is an agent", "permission_denied"};
      return wire_->send(wire_->toServer, strangersHello("agent"));
    }
    const bool greets = random_.chance(75);
    const auto things = greets ? badFrames() : badGreetings();
    said_ = things[random_.below(things.size())];
    if (greets) wire_->send(wire_->toServer, strangersHello());
    wire_->send(wire_->toServer, said_.text);
  }

 private:
  void hear(const std::string& frame) {
    const Result<Json> message = parseJson(frame);
    if (!message) return;  // a block
    const std::string_view type = message->text("type");
    if (type == "receipt" && message->text("status") != "rejected")
      return record_.fail("a stranger was told that something took effect: " + frame);
    const Json* error = message->find("error");
    if (!error || error->text("code") == said_.code || error->text("code") == "schema_mismatch") return;
    record_.fail(std::string("a stranger who said ") + said_.text + " was told: " + frame);
  }

  Random& random_;
  Record& record_;
  std::shared_ptr<Wire> wire_;
  Nonsense said_{};
};

}  // namespace ablo::sim
