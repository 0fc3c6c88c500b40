// SPDX-License-Identifier: MIT
//
// Numbers a person sets for a longer or a particular run, such as ABLO_STEPS. WebAssembly has no environment of its own:
// there it is Node's.
#pragma once

#include <cstdint>
#include <cstdlib>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#endif

namespace ablo::test {

inline uint64_t environmentNumber(const char* name, uint64_t otherwise) {
#ifdef __EMSCRIPTEN__
  const double given = EM_ASM_DOUBLE({ return Number(process.env[UTF8ToString($0)]) || 0; }, name);
  return given > 0 ? static_cast<uint64_t>(given) : otherwise;
#else
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
#endif
}

// How many cases a test draws: `natively` of them, a tenth where each takes longer, and ABLO_TIMES as many of either.
inline uint64_t cases(uint64_t natively) {
#if defined(ABLO_SANITIZED) || defined(__EMSCRIPTEN__)
  natively /= 10;
#endif
  return natively * environmentNumber("ABLO_TIMES", 1);
}

}  // namespace ablo::test
