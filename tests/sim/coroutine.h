// SPDX-License-Identifier: MIT
//
// <coroutine>, also where the standard library has it as an experiment still (Emscripten 3.1.6).
#pragma once

#if __has_include(<coroutine>)
#include <coroutine>
namespace ablo::sim {
namespace coroutines = std;
}
#else
#include <experimental/coroutine>
namespace ablo::sim {
namespace coroutines = std::experimental;
}
#endif
