// SPDX-License-Identifier: MIT
//
// Catch2's main, alone in its file: it takes longer to compile than all the tests, and never changes.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
