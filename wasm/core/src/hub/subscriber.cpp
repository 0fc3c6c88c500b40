// SPDX-License-Identifier: MIT
#include "hub/subscriber.h"

#include <array>

namespace ablo::hub {

namespace {

using State = SubscriberState;
using Action = SubscriberAction;

constexpr std::size_t kStates = 5;
constexpr std::size_t kEvents = 10;
using Line = std::array<SubscriberStep, kEvents>;

constexpr SubscriberStep kLoad{Action::load, State::loading};
constexpr SubscriberStep kAsk{Action::catchUp, State::catchingUp};
constexpr SubscriberStep kLevel{Action::accept, State::live};
constexpr SubscriberStep kBehind{Action::acceptAndCatchUp, State::catchingUp};
constexpr SubscriberStep kRefuse{Action::refuse, State::closed};
constexpr SubscriberStep kEnd{Action::end, State::closed};
constexpr SubscriberStep kLeft{Action::ignore, State::closed};
constexpr SubscriberStep stay(State state) { return {Action::ignore, state}; }
constexpr SubscriberStep serve(State state) { return {Action::accept, state}; }

constexpr SubscriberStep kG = stay(State::greeting);
constexpr SubscriberStep kL = stay(State::loading);
constexpr SubscriberStep kC = stay(State::catchingUp);
constexpr SubscriberStep kV = stay(State::live);

constexpr std::array<Line, kStates> kTable{{
    // hello, resume, message, level, behind, misfit, published, reset, failed, left
    {kLoad, kAsk, kRefuse, kG, kG, kG, kG, kG, kG, kLeft},
    {kLoad, kAsk, serve(State::loading), kLevel, kBehind, kL, kL, kLoad, kEnd, kLeft},
    {kLoad, kAsk, serve(State::catchingUp), kLevel, kBehind, kLoad, kC, kLoad, kEnd, kLeft},
    {kLoad, kAsk, serve(State::live), kV, kV, kV, serve(State::live), kLoad, kV, kLeft},
    {kLeft, kLeft, kLeft, kLeft, kLeft, kLeft, kLeft, kLeft, kLeft, kLeft},
}};

}  // namespace

SubscriberStep subscriberStep(State state, SubscriberEvent event) {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

std::string actorText(const Subscriber& subscriber) {
  return std::string(subscriber.actor.text("kind")) + ":" + std::string(subscriber.actor.text("id"));
}

}  // namespace ablo::hub
