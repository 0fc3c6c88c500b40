// SPDX-License-Identifier: MIT
//
// Plan: what a seed makes of a history: how many take part, how slow everything is, and which faults there are. Each is
// off in many seeds and strong in some: what always happens hides what seldom does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "random.h"

namespace ablo::sim {

using test::Random;

inline constexpr double kBeginning = 1'700'000'000'000;  // ms since 1970 when a history begins

/// What is left out of a plan, to find the least that fails.
struct Less {
  std::set<std::string> without;  // names of faults
  uint32_t people = 1000, writes = 1000, servers = 1000;
  bool prints = false;  // what the database is told, a line each
};

struct Plan {
  uint32_t people = 0, servers = 0, writes = 0;
  double latency = 0;    // ms, at most, of a frame
  double thinking = 0;   // ms, at most, between two writes of one person
  double statement = 0;  // ms, at most, of a statement
  uint32_t hot = 0;      // in a hundred: tasks that are always the same one
  uint32_t reads = 0;    // in a hundred: writes that rely on a row which they do not write
  bool large = false;    // a load is more than a message
  // How often in a hundred, of the occasions there are.
  uint32_t cut = 0, halfOpen = 0, duplicate = 0, lostAnswer = 0, deadBackend = 0, lostHint = 0, clientCrash = 0,
           serverCrash = 0, databaseCrash = 0, pause = 0, foreign = 0, holdsRow = 0, trim = 0, restore = 0, noToken = 0,
           expiry = 0, revoke = 0, push = 0, leave = 0, flightCut = 0, retire = 0, damage = 0;
  uint32_t nonsense = 0;    // of what is said: it is refused
  uint32_t archives = 0;    // of what people do with a task
  bool reopens = false;     // pages are opened again and again, in a hurry, by people who go by what they last read
  uint32_t narrow = 0;      // a server takes few requests of a socket before it has answered
  uint32_t claims = 0;      // of what people do: they claim a row, and write under the claim
  bool overwrites = false;  // a task may be written to while somebody else holds it
  uint32_t skew = 0;        // ms, at most, of a clock
  bool faultless = false;

  std::vector<std::pair<std::string_view, uint32_t*>> faults() {
    return {{"cut", &cut},
            {"halfOpen", &halfOpen},
            {"duplicate", &duplicate},
            {"lostAnswer", &lostAnswer},
            {"deadBackend", &deadBackend},
            {"lostHint", &lostHint},
            {"clientCrash", &clientCrash},
            {"serverCrash", &serverCrash},
            {"databaseCrash", &databaseCrash},
            {"pause", &pause},
            {"foreign", &foreign},
            {"holdsRow", &holdsRow},
            {"skew", &skew},
            {"trim", &trim},
            {"restore", &restore},
            {"noToken", &noToken},
            {"expiry", &expiry},
            {"revoke", &revoke},
            {"push", &push},
            {"leave", &leave},
            {"flightCut", &flightCut},
            {"retire", &retire},
            {"damage", &damage},
            {"nonsense", &nonsense},
            {"archives", &archives},
            {"narrow", &narrow}};
  }

  static Plan of(Random& random, const Less& less) {
    Plan plan;
    plan.faultless = random.chance(15);
    plan.people = std::min(less.people, 1 + random.below(4));
    plan.servers = std::min(less.servers, 1 + random.below(2));
    plan.writes = std::min(less.writes, 20 + random.below(60));
    plan.latency = random.chance(30) ? 0.5 : 1 + random.below(40);
    plan.thinking = random.chance(30) ? 2 : 5 + random.below(200);
    plan.statement = random.chance(50) ? 0.2 : random.chance(80) ? 0.5 + random.below(8) : 60;
    plan.hot = random.chance(30) ? 90 : 0;
    plan.reads = random.chance(30) ? 60 : 15;
    plan.large = random.chance(8);
    if (less.prints) plan.statement = 0;  // a call is one step, but for what it waits for
    for (const auto& [name, strength] : plan.faults()) {
      const bool harmless = name == "foreign" || name == "holdsRow" || name == "archives";  // nothing fails of it
      const uint32_t most = name == "skew" ? 600'000 : harmless ? 70 : random.chance(15) ? 50 : 12;
      const uint32_t drawn = random.chance(50) ? 0 : 1 + random.below(most);
      *strength = (plan.faultless && !harmless) || less.without.count(std::string(name)) ? 0 : drawn;
    }
    plan.reopens = random.chance(12) && !plan.faultless && !less.without.count("reopens");
    if (plan.reopens) {
      plan.hot = 90;
      plan.thinking = 20;
      for (const auto& [name, strength] : plan.faults())
        if (name == "clientCrash" || name == "flightCut" || name == "trim")
          *strength = less.without.count(std::string(name)) ? 0 : 30;
    }
    Random apart(Random(random).next());  // what they draw leaves the other histories as they were
    const uint32_t claims = apart.chance(50) ? 0 : 5 + apart.below(40);
    plan.claims = less.without.count("claims") ? 0 : claims;
    plan.overwrites = apart.chance(25) && !less.without.count("overwrites");
    return plan;
  }
};

}  // namespace ablo::sim
