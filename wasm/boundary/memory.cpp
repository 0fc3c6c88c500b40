// SPDX-License-Identifier: MIT
//
// Memory grows by a share of itself at least (linked with --wrap): a page at a time would give JavaScript a new buffer for
// each, and with each buffer a reason to collect all garbage. Where there is no room for that, by what is needed.
#include <cstddef>

extern "C" {

int __real_emscripten_resize_heap(std::size_t size);

int __wrap_emscripten_resize_heap(std::size_t size) {
  return __real_emscripten_resize_heap(size + size / ABLO_GROWTH) || __real_emscripten_resize_heap(size);
}

}  // extern "C"
