// SPDX-License-Identifier: MIT
//
// One target as libFuzzer wants it: the one that ABLO_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  ablo::fuzz::ABLO_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
