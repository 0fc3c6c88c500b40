// SPDX-License-Identifier: MIT
//
// Every input that was worth keeping, once more: what was found by fuzzing stays fixed.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "targets.h"

TEST_CASE("What fuzzing has found holds") {
  for (const ablo::fuzz::Target& target : ablo::fuzz::kTargets) {
    std::size_t inputs = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(ABLO_FUZZ_CORPUS) / target.name)) {
      INFO(entry.path());
      std::ifstream file(entry.path(), std::ios::binary);
      target.run(std::string(std::istreambuf_iterator<char>(file), {}));
      ++inputs;
    }
    CHECK(inputs > 0);
  }
}
