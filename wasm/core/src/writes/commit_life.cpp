// SPDX-License-Identifier: MIT
#include "writes/commit_life.h"

namespace ablo {

namespace {

using S = CommitLife::State;
using E = CommitLife::Effect;

// clang-format off
constexpr CommitLife::Step kTable[CommitLife::kStates][CommitLife::kEvents] = {
    // connected           lost            accepted        applied                    rejected                  outdated        replaced        late
    {{S::sent, E::send},   {S::queued},    {S::confirmed}, {S::queued},               {S::settled, E::reject},  {S::settled},   {S::queued},    {S::queued, E::doubt}},
    {{S::sent},            {S::queued},    {S::confirmed}, {S::sent},                 {S::settled, E::reject},  {S::settled},   {S::sent},      {S::sent, E::doubt}},
    {{S::confirmed},       {S::confirmed}, {S::confirmed}, {S::settled, E::confirm},  {S::confirmed},           {S::confirmed}, {S::queued},    {S::confirmed, E::doubt}},
    {{S::settled},         {S::settled},   {S::settled},   {S::settled},              {S::settled},             {S::settled},   {S::settled},   {S::settled}},
};
// clang-format on

}  // namespace

CommitLife::Step CommitLife::step(State state, Event event) {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

}  // namespace ablo
