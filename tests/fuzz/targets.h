// SPDX-License-Identifier: MIT
//
// Targets: what is fed with bytes nobody chose, each a function that ends the program when something does not hold. libFuzzer
// feeds them with new bytes (npm run fuzz), the core's tests with those that were worth keeping (tests/fuzz/corpus).
#pragma once

#include <string_view>

namespace ablo::fuzz {

void block(std::string_view bytes);  // rows in bulk: the decoder, and a client that takes them in
void calls(std::string_view bytes);  // bytes choose what is called of a client, in which order
void image(std::string_view bytes);  // a manifest and its parts
void json(std::string_view bytes);   // JSON, and the values of every type of field
void query(std::string_view bytes);  // a query: read, as SQL, and answered as a scan of the rows answers it

struct Target {
  std::string_view name;
  void (*run)(std::string_view bytes);
};
inline constexpr Target kTargets[] = {
    {"block", block}, {"calls", calls}, {"image", image}, {"json", json}, {"query", query}};

}  // namespace ablo::fuzz
