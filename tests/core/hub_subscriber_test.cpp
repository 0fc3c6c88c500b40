// SPDX-License-Identifier: MIT
//
// The subscriber's table, cell by cell: what the picture in hub/subscriber.h says, written down a second time.
#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

#include "hub/subscriber.h"

using namespace ablo::hub;

TEST_CASE("a subscriber does in every state and at every event what its table says") {
  const std::vector<std::string> states{"greeting", "loading", "catchingUp", "live", "closed"};
  const std::vector<std::string> actions{"ignore", "load", "catchUp", "accept", "acceptAndCatchUp", "refuse", "end"};
  const std::vector<std::string> events{"hello",  "resume",    "message", "level",  "behind",
                                        "misfit", "published", "reset",   "failed", "left"};

  // A cell is the action and the next state; empty: it is ignored where it stands.
  const std::map<std::string, std::vector<std::string>> table{
      {"greeting", {"load loading", "catchUp catchingUp", "refuse closed", "", "", "", "", "", "", "ignore closed"}},
      {"loading",
       {"load loading", "catchUp catchingUp", "accept loading", "accept live", "acceptAndCatchUp catchingUp", "", "",
        "load loading", "end closed", "ignore closed"}},
      {"catchingUp",
       {"load loading", "catchUp catchingUp", "accept catchingUp", "accept live", "acceptAndCatchUp catchingUp",
        "load loading", "", "load loading", "end closed", "ignore closed"}},
      {"live",
       {"load loading", "catchUp catchingUp", "accept live", "", "", "", "accept live", "load loading", "",
        "ignore closed"}},
      {"closed", {"", "", "", "", "", "", "", "", "", ""}},
  };

  int cells = 0;
  for (std::size_t state = 0; state < states.size(); ++state)
    for (std::size_t event = 0; event < events.size(); ++event) {
      INFO(states[state] << " at " << events[event]);
      const SubscriberStep step =
          subscriberStep(static_cast<SubscriberState>(state), static_cast<SubscriberEvent>(event));
      const std::string wanted = table.at(states[state])[event];
      const std::string got =
          actions[static_cast<std::size_t>(step.action)] + " " + states[static_cast<std::size_t>(step.next)];
      CHECK(got == (wanted.empty() ? "ignore " + states[state] : wanted));
      ++cells;
    }
  CHECK(cells == 50);
}
