// SPDX-License-Identifier: MIT
#include "hub/gate.h"

#include <algorithm>
#include <cmath>

namespace ablo::hub {

namespace {

constexpr double kCrowded = 5'000;     // ms: a place may be free by then
constexpr Rate kSayOnce{1.0 / 60, 1};  // the log is told of the same caller once a minute
constexpr std::string_view kOften = "That was too often.";

std::string withOrganization(const std::string& actor, const std::string& organization) {
  return actor.empty() ? std::string() : organization + "\n" + actor;
}

}  // namespace

/// One of a kind, of somebody. `kind` keeps the buckets of one name apart.
struct Gate::Ask {
  char kind;
  std::string_view limit;
  double perSecond;
  std::string who;
};

std::optional<Error> Gate::connect(const Caller& caller, double now) {
  if (std::optional<Error> full = crowd(caller, now)) return full;
  return rates({{'a', "connectionsPerAddress", limits_.connectionsPerAddress, caller.address},
                {'k', "connectionsPerKey", limits_.connectionsPerKey, caller.credential}},
               caller, now);
}

std::optional<Error> Gate::request(const Caller& caller, double now) {
  return rates(
      {{'A', "requestsPerAddress", limits_.requestsPerAddress, caller.address},
       {'K', "requestsPerKey", limits_.requestsPerKey, caller.credential},
       {'U', "requestsPerActor", limits_.requestsPerActor, withOrganization(caller.actor, caller.organization)},
       {'O', "requestsPerOrganization", limits_.requestsPerOrganization, caller.organization}},
      caller, now);
}

CommitQueue::Wait Gate::commit(const Caller& caller, double now) {
  const Rate actor = rate(limits_.commitsPerActor), organization = rate(limits_.commitsPerOrganization);
  if (!actor.limits() && !organization.limits()) return {};
  const std::string byActor = 'w' + withOrganization(caller.actor, caller.organization);
  const std::string byOrganization = 'W' + caller.organization;
  const double ofActor = rates_.wait(actor, byActor, now), ofAll = rates_.wait(organization, byOrganization, now);
  if (ofActor > 0 || ofAll > 0) return {std::max(ofActor, ofAll), ofAll > 0};
  rates_.take(actor, byActor, now);
  rates_.take(organization, byOrganization, now);
  return {};
}

void Gate::delayed(const Caller& caller, double now) {
  const std::string byOrganization = 'W' + caller.organization;
  const bool all = rates_.wait(rate(limits_.commitsPerOrganization), byOrganization, now) > 0;
  met(all ? "commitsPerOrganization" : "commitsPerActor", caller, now);
}

std::optional<Error> Gate::rates(std::initializer_list<Ask> asks, const Caller& caller, double now) {
  for (const Ask& ask : asks) {
    if (ask.who.empty()) continue;
    const double wait = rates_.wait(rate(ask.perSecond), ask.kind + ask.who, now);
    if (wait > 0) return refuse(ask.limit, wait, kOften, caller, now);
  }
  for (const Ask& ask : asks)
    if (!ask.who.empty()) rates_.take(rate(ask.perSecond), ask.kind + ask.who, now);
  return std::nullopt;
}

std::optional<Error> Gate::crowd(const Caller& caller, double now) {
  const auto full = [&](const std::string& name, std::size_t most) {
    const auto found = open_.find(name);
    return most > 0 && found != open_.end() && found->second >= most;
  };
  if (full("", limits_.sockets)) return refuse("sockets", kCrowded, "All places are taken.", caller, now);
  if (!caller.address.empty() && full('a' + caller.address, limits_.socketsPerAddress))
    return refuse("socketsPerAddress", kCrowded, "This address has too many sockets open.", caller, now);
  if (!caller.organization.empty() && full('o' + caller.organization, limits_.socketsPerOrganization))
    return refuse("socketsPerOrganization", kCrowded, "This organization has too many sockets open.", caller, now);
  return std::nullopt;
}

/// Counted each time, said once in a while.
void Gate::met(std::string_view limit, const Caller& caller, double now) {
  ++counters_.limited[std::string(limit)];
  const std::string who = std::string(limit) + "\n" + caller.organization + "\n" + caller.actor + "\n" + caller.address;
  if (said_.wait(kSayOnce, who, now) == 0) {
    said_.take(kSayOnce, who, now);
    outbox_.log("warn", "a limit was met", caller.organization,
                {{"limit", limit}, {"actor", caller.actor}, {"address", caller.address}});
  }
}

Error Gate::refuse(std::string_view limit, double wait, std::string_view what, const Caller& caller, double now) {
  met(limit, caller, now);
  Error error = Error::of(ErrorCode::rate_limited, what);
  const double seconds = std::max(1.0, std::ceil(wait / 1'000));
  error.details = writeJson(Json::object({{"limit", limit}, {"retryAfterSeconds", seconds}}));
  return error;
}

void Gate::entered(const Caller& caller) {
  ++open_[""];
  if (!caller.address.empty()) ++open_['a' + caller.address];
  ++open_['o' + caller.organization];
}

void Gate::left(const Caller& caller) {
  for (const std::string& name : {std::string(), 'a' + caller.address, 'o' + caller.organization}) {
    const auto found = open_.find(name);
    if (found != open_.end() && --found->second == 0) open_.erase(found);
  }
}

}  // namespace ablo::hub
