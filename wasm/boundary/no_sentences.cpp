// SPDX-License-Identifier: MIT
//
// The sentence of each error, for the client: JavaScript has them all (js/src/errors/codes.ts) and puts the right one where
// a message of the core ends in this.
#include "ablo/error_code.h"

std::string_view ablo::sentence(ErrorCode) { return "…"; }
