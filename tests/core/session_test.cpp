// SPDX-License-Identifier: MIT
#include "session/session.h"

#include <catch2/catch.hpp>
#include <string>

using namespace ablo;

namespace {

using S = Session::State;
using V = Session::Event;
using E = Session::Effect;

const char* effectText(E effect) {
  constexpr const char* kNames[] = {"", " token", " connect", " greet", " ready", " disconnect", " ping"};
  return kNames[static_cast<std::size_t>(effect)];
}

/// A session that has come as far as `live`.
Session live(double now) {
  Session session;
  for (const V event : {V::start, V::token, V::opened, V::load, V::loaded}) session.handle(event, now);
  return session;
}

}  // namespace

TEST_CASE("Every state answers every event, as the table says") {
  // What each state does with start, token, noToken, denied, opened, load, resume, loaded, lost, expired, refused, late, nudge, stop.
  const std::string expected[Session::kStates][Session::kEvents] = {
      {"authorizing token", "idle", "idle", "refused disconnect", "idle", "idle", "idle", "idle", "idle", "idle",
       "idle", "idle", "authorizing token", "stopped disconnect"},
      {"authorizing", "connecting connect", "waiting disconnect", "refused disconnect", "authorizing", "authorizing",
       "authorizing", "authorizing", "authorizing", "authorizing", "refused disconnect", "waiting disconnect",
       "authorizing", "stopped disconnect"},
      {"connecting", "connecting", "connecting", "refused disconnect", "greeting greet", "connecting", "connecting",
       "connecting", "waiting disconnect", "authorizing token", "refused disconnect", "waiting disconnect",
       "connecting", "stopped disconnect"},
      {"greeting", "greeting", "greeting", "refused disconnect", "greeting", "loading", "live ready", "greeting",
       "waiting disconnect", "authorizing token", "refused disconnect", "waiting disconnect", "greeting",
       "stopped disconnect"},
      {"loading", "loading", "loading", "refused disconnect", "loading", "loading", "loading", "live ready",
       "waiting disconnect", "authorizing token", "refused disconnect", "waiting disconnect", "loading",
       "stopped disconnect"},
      {"live", "live", "live", "refused disconnect", "live", "live", "live", "live", "waiting disconnect",
       "authorizing token", "refused disconnect", "live ping", "live", "stopped disconnect"},
      {"waiting", "waiting", "waiting", "waiting", "waiting", "waiting", "waiting", "waiting", "waiting", "waiting",
       "waiting", "authorizing token", "authorizing token", "stopped disconnect"},
      {"refused", "refused", "refused", "refused", "refused", "refused", "refused", "refused", "refused", "refused",
       "refused", "refused", "authorizing token", "stopped disconnect"},
      {"stopped", "stopped", "stopped", "stopped", "stopped", "stopped", "stopped", "stopped", "stopped", "stopped",
       "stopped", "stopped", "stopped", "stopped"},
  };
  for (std::size_t state = 0; state < Session::kStates; ++state)
    for (std::size_t event = 0; event < Session::kEvents; ++event) {
      const Session::Step step = Session::step(static_cast<S>(state), static_cast<V>(event));
      CAPTURE(state, event);
      CHECK(std::string(sessionStateText(step.next)) + effectText(step.effect) == expected[state][event]);
    }
}

TEST_CASE("A server that is gone is tried again after growing pauses") {
  Session session = live(0);
  double now = 0, last = 0;
  session.handle(V::lost, now);
  for (int attempt = 0; attempt < 8; ++attempt) {
    const double pause = session.wakeAt() - now;
    CHECK(pause >= last * 0.99);
    CHECK(pause <= 5'000);
    last = pause;
    now = session.wakeAt();
    CHECK(session.tick(now) == E::getToken);
    session.handle(V::token, now);
    session.handle(V::lost, now);
  }
  CHECK(last > 3'000);
  for (const V event : {V::nudge, V::token, V::opened, V::resume}) session.handle(event, now);
  session.handle(V::lost, now);
  CHECK(session.wakeAt() - now <= 100);
}

TEST_CASE("A silent server is asked whether it is there, and left when it is not") {
  Session session = live(0);
  CHECK(session.tick(29'999) == E::none);
  CHECK(session.tick(30'000) == E::ping);
  session.heard(30'500);
  CHECK(session.tick(60'499) == E::none);
  CHECK(session.tick(60'500) == E::ping);
  CHECK(session.tick(70'500) == E::disconnect);
  CHECK(session.state() == S::waiting);
}

TEST_CASE("A token that expires again and again is not asked for for ever") {
  Session session;
  session.handle(V::start, 0);
  for (int i = 0; i < 10 && session.state() != S::refused; ++i) {
    session.handle(V::token, 0);
    session.handle(V::opened, 0);
    session.handle(V::expired, 0);
  }
  CHECK(session.state() == S::refused);
}
