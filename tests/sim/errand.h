// SPDX-License-Identifier: MIT
//
// Errand: what somebody at a page does with a claim: asks for it, waits in line, thinks (for longer than it lasts, now and then),
// writes under it, puts those who wait in another order, and gives it back; or waits until nobody has the row. A page that dies takes its errands with it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agenda.h"
#include "entry.h"
#include "record.h"

namespace ablo::sim {

class Person;

class Errands {
 public:
  Errands(Agenda& agenda, Random& random, Record& record, Person& person)
      : agenda_(agenda), random_(random), record_(record), person_(person) {}

  /// What is written to a row under a claim.
  using Write = std::function<void(const RowName& row, const std::string& claim)>;
  /// Of a row or of several together; `fields` are of each.
  void begin(const std::vector<RowName>& rows, const Json& fields, const Write& write);

  // What the client says.
  void answered(uint32_t request, bool yes, const std::string& text);
  void lost(const std::string& claim);

  /// All that is held is given back by the client on its way out.
  void leave();
  void clear();
  bool done() const { return errands_.empty() && watches_.empty(); }
  /// What they were told they hold, and neither that it is lost nor did they give it back.
  std::vector<std::string> held() const {
    std::vector<std::string> held;
    for (const auto& [claim, errand] : errands_)
      if (errand.holds) held.push_back(claim);
    return held;
  }

 private:
  struct Errand {
    RowName row;
    double ttl;
    uint32_t request, writes;
    Write write;
    bool holds = false, isLost = false;
  };
  void next(const std::string& claim);
  void goOn(const std::string& claim);
  void giveBack(const std::string& claim);
  void reorder(const RowName& row);
  /// Without end, for half a second, or not at all if somebody holds it.
  void watch(const RowName& row, uint64_t haste);

  Agenda& agenda_;
  Random& random_;
  Record& record_;
  Person& person_;
  uint64_t life_ = 0, asked_ = 0;
  std::map<std::string, Errand> errands_;  // by claim
  std::map<uint32_t, RowName> watches_;    // requests to be told when a row is free
};

}  // namespace ablo::sim
