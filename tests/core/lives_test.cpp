// SPDX-License-Identifier: MIT
//
// The life of a commit and that of a claim, cell by cell.
#include <catch2/catch.hpp>
#include <string>

#include "coordination/own_claim.h"
#include "writes/commit_life.h"

using namespace ablo;

namespace {

/// "state·effect" for every cell; "." where nothing changes.
template <class Life, std::size_t States, std::size_t Events>
void checkTable(const char* const (&states)[States], const char* const* effects,
                const char* const (&expected)[States][Events]) {
  STATIC_REQUIRE(States == Life::kStates);
  STATIC_REQUIRE(Events == Life::kEvents);
  for (std::size_t state = 0; state < States; ++state)
    for (std::size_t event = 0; event < Events; ++event) {
      const auto step = Life::step(static_cast<typename Life::State>(state), static_cast<typename Life::Event>(event));
      std::string cell =
          static_cast<std::size_t>(step.next) == state ? "" : states[static_cast<std::size_t>(step.next)];
      if (step.effect != Life::Effect::none)
        cell += std::string(cell.empty() ? "." : "·") + effects[static_cast<std::size_t>(step.effect)];
      CAPTURE(states[state], event);
      CHECK((cell.empty() ? "." : cell) == expected[state][event]);
    }
}

}  // namespace

TEST_CASE("Every event of a commit does in every state what the table says") {
  const char* const states[] = {"queued", "sent", "confirmed", "settled"};
  const char* const effects[] = {"", "send", "confirm", "reject", "doubt"};
  // connected, lost, accepted, applied, rejected, outdated, replaced, late
  const char* const expected[][8] = {
      {"sent·send", ".", "confirmed", ".", "settled·reject", "settled", ".", ".doubt"},
      {".", "queued", "confirmed", ".", "settled·reject", "settled", ".", ".doubt"},
      {".", ".", ".", "settled·confirm", ".", ".", "queued", ".doubt"},
      {".", ".", ".", ".", ".", ".", ".", "."},
  };
  checkTable<CommitLife>(states, effects, expected);
}

TEST_CASE("Every event of a claim does in every state what the table says") {
  const char* const states[] = {"wanted", "asked", "held", "lost", "leaving", "gone"};
  const char* const effects[] = {"", "ask", "grant", "refuse", "lose", "leave", "giveBack"};
  // connected, granted, ended, late, released, settled
  const char* const expected[][6] = {
      {"asked·ask", ".", "gone·refuse", "gone·refuse", "gone·refuse", "."},
      {".ask", "held·grant", "gone·refuse", "leaving·leave", "leaving·leave", "."},
      {".", ".", "lost·lose", ".", "leaving·leave", "."},
      {".", ".", ".", ".", "gone", "."},
      {".", ".", ".", ".", ".", "gone·giveBack"},
      {".", ".", ".", ".", ".", "."},
  };
  checkTable<OwnClaim>(states, effects, expected);
}
