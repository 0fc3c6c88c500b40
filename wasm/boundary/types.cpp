// SPDX-License-Identifier: MIT
//
// The types that cross the boundary through Embind, in place of Embind's own list; loader.ts says how each does.
#include <emscripten/bind.h>

#include <limits>

using namespace emscripten::internal;

namespace {

template <class T>
void registerInteger(const char* name) {
  _embind_register_integer(TypeID<T>::get(), name, sizeof(T), std::numeric_limits<T>::min(),
                           std::numeric_limits<T>::max());
}

__attribute__((constructor)) void registerTypes() {
  _embind_register_void(TypeID<void>::get(), "void");
  registerInteger<int>("int");
  registerInteger<uint32_t>("unsigned int");
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
}

}  // namespace
