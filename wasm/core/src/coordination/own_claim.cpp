// SPDX-License-Identifier: MIT
#include "coordination/own_claim.h"

namespace ablo {

namespace {

using S = OwnClaim::State;
using E = OwnClaim::Effect;

// clang-format off
constexpr OwnClaim::Step kTable[OwnClaim::kStates][OwnClaim::kEvents] = {
    // connected           granted              ended                 late                    released                settled
    {{S::asked, E::ask},   {S::wanted},         {S::gone, E::refuse}, {S::gone, E::refuse},   {S::gone, E::refuse},   {S::wanted}},
    {{S::asked, E::ask},   {S::held, E::grant}, {S::gone, E::refuse}, {S::leaving, E::leave}, {S::leaving, E::leave}, {S::asked}},
    {{S::held},            {S::held},           {S::lost, E::lose},   {S::held},              {S::leaving, E::leave}, {S::held}},
    {{S::lost},            {S::lost},           {S::lost},            {S::lost},              {S::gone},              {S::lost}},
    {{S::leaving},         {S::leaving},        {S::leaving},         {S::leaving},           {S::leaving},           {S::gone, E::giveBack}},
    {{S::gone},            {S::gone},           {S::gone},            {S::gone},              {S::gone},              {S::gone}},
};
// clang-format on

}  // namespace

OwnClaim::Step OwnClaim::step(State state, Event event) {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

}  // namespace ablo
