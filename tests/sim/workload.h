// SPDX-License-Identifier: MIT
//
// Workload: what people, and others, want to write: rows that many want at once, transfers and counts that show whatever is lost.
#pragma once

#include <cstdint>
#include <vector>

#include "foreign.h"
#include "person.h"

namespace ablo::sim {

inline constexpr uint32_t kAccounts = 3, kTasks = 4, kNotes = 4;

class Workload {
 public:
  Workload(Random& random, const Plan& plan) : random_(random), plan_(plan) {}

  /// One of the things people do, in their page.
  void write(Person& person);
  /// What somebody writes who does not know of us.
  std::vector<ForeignWrite> ofOthers();

 private:
  std::string fresh() { return "v" + std::to_string(++values_); }
  RowName task();
  RowName note();
  Json operations();
  Json reads(double cursor);
  void transfer(Person& person, bool revises);
  void increment(Person& person);
  void claim(Person& person);

  Random& random_;
  const Plan& plan_;
  uint64_t values_ = 0;
};

}  // namespace ablo::sim
