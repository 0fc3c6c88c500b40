// SPDX-License-Identifier: MIT
//
// The types that cross the boundary through Embind. Embind's own list has wide strings, 64-bit integers, views on memory and
// `val` in it too, which brings the JavaScript for each into every client; linked before Embind, this one stands in its place.
#include <emscripten.h>
#include <emscripten/bind.h>

#include <cstring>
#include <limits>

using namespace emscripten::internal;

namespace {

template <class T>
void registerInteger(const char* name) {
  _embind_register_integer(TypeID<T>::get(), name, sizeof(T), std::numeric_limits<T>::min(),
                           std::numeric_limits<T>::max());
}

}  // namespace

extern "C" {

/// Asked for when a type is missing from the list below, so only while somebody changes the boundary.
EMSCRIPTEN_KEEPALIVE const char* __getTypeName(const std::type_info*) { return strdup("a type not in types.cpp"); }

EMSCRIPTEN_KEEPALIVE __attribute__((constructor)) void __embind_register_native_and_builtin_types() {
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_bool(TypeID<bool>::get(), "bool", sizeof(bool), true, false);
  registerInteger<int>("int");
  registerInteger<uint32_t>("unsigned int");
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
}

}  // extern "C"
