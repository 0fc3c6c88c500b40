// SPDX-License-Identifier: MIT
//
// The module `hub`: module.d.ts in C++. Nothing is decided here.
#include <emscripten.h>
#include <emscripten/bind.h>

#include <type_traits>

#include "ablo/hub.h"
#include "packed.h"
#include "schema/ddl.h"

namespace ablo::boundary {

class HubModule {
 public:
  explicit HubModule(const std::string& limits) : hub_(readLimits(limits)) {}

  uint32_t pointer() const { return address(this); }
  Hub& hub() { return hub_; }
  Input& input() { return input_; }

  std::string setSchema(const std::string& document) {
    const Result<std::string> hash = hub_.setSchema(document);
    return hash ? writeJson(Json::object({{"hash", *hash}})) : failure(hash.error());
  }

  std::string plan(const std::string& document) const {
    const Result<Schema> schema = parseSchema(document);
    if (!schema) return failure(schema.error());
    const Result<std::string> policy = policyDdl(document);
    if (!policy) return failure(policy.error());
    Json statements = Json::array({*policy});
    for (std::string& statement : planDdl(*schema)) statements.push(std::move(statement));
    return writeJson(Json::object({{"hash", schema->hash}, {"statements", std::move(statements)}}));
  }

  /// Like admit(): `{}`, or an error.
  std::string admit(uint32_t visit, const std::string& caller, double now) {
    return outcome(hub_.admit(static_cast<Hub::Visit>(visit), caller, now));
  }
  std::string checkInput(uint32_t length) const {
    constexpr JsonLimits kBody{.bytes = 1 << 20};
    const Result<Json> body = parseJson(input_.take(length), kBody);
    return body ? "{}" : failure(body.error());
  }

  std::string coordinate(const std::string& caller, const std::string& asked) const {
    const Result<std::string> question = hub_.coordinate(caller, asked);
    return question ? *question : failure(question.error());
  }

  void open(uint32_t socket, const std::string& identity, double now) { hub_.open(socket, identity, now); }
  void closed(uint32_t socket, double now) { hub_.closed(socket, now); }
  void heads(const std::string& heads, double now) { hub_.heads(heads, now); }
  void hear(const std::string& heads, double now) { hub_.hear(heads, now); }
  std::string organizations() const { return hub_.organizations(); }
  void tick(double now) { hub_.tick(now); }
  void retire(double now) { hub_.retire(now); }
  std::string statistics() const { return hub_.statistics(); }
  std::string metrics() const { return hub_.metrics(); }

  const uint32_t* drain() { return frame_.pack(hub_.drain()); }

 private:
  static std::string outcome(const Outcome& outcome) { return outcome ? "{}" : failure(outcome.error()); }
  static HubLimits readLimits(const std::string& text) {
    const Result<Json> json = parseJson(text);
    HubLimits limits;
    if (!json) return limits;
    const auto take = [&](std::string_view name, auto& limit) {
      limit = static_cast<std::remove_reference_t<decltype(limit)>>(json->number(name, static_cast<double>(limit)));
    };
    take("commits", limits.commits);
    take("commitBytes", limits.commitBytes);
    take("requests", limits.requests);
    take("heldBytes", limits.heldBytes);
    take("queuedCommits", limits.queuedCommits);
    take("queuedBytes", limits.queuedBytes);
    take("calls", limits.calls);
    take("callsPerOrganization", limits.callsPerOrganization);
    take("sockets", limits.sockets);
    take("socketsPerOrganization", limits.socketsPerOrganization);
    take("socketsPerAddress", limits.socketsPerAddress);
    take("claimsPerActor", limits.claimsPerActor);
    take("burstSeconds", limits.burstSeconds);
    take("connectionsPerAddress", limits.connectionsPerAddress);
    take("connectionsPerKey", limits.connectionsPerKey);
    take("requestsPerAddress", limits.requestsPerAddress);
    take("requestsPerKey", limits.requestsPerKey);
    take("requestsPerActor", limits.requestsPerActor);
    take("requestsPerOrganization", limits.requestsPerOrganization);
    take("commitsPerActor", limits.commitsPerActor);
    take("commitsPerOrganization", limits.commitsPerOrganization);
    return limits;
  }

  Hub hub_;
  Input input_;
  PackedFrame frame_;
};

}  // namespace ablo::boundary

using ablo::boundary::HubModule;

extern "C" {
EMSCRIPTEN_KEEPALIVE char* ablo_input(HubModule* self, uint32_t length) { return self->input().reserve(length); }
EMSCRIPTEN_KEEPALIVE void ablo_receive(HubModule* self, uint32_t socket, uint32_t length, double now) {
  self->hub().receive(socket, self->input().take(length), now);
}
EMSCRIPTEN_KEEPALIVE void ablo_answer(HubModule* self, uint32_t request, int ok, uint32_t length, double now) {
  self->hub().answer(request, ok != 0, self->input().take(length), now);
}
EMSCRIPTEN_KEEPALIVE const uint32_t* ablo_drain(HubModule* self) { return self->drain(); }
}

EMSCRIPTEN_BINDINGS(ablo_hub) {
  emscripten::class_<HubModule>("Hub")
      .constructor<const std::string&>()
      .function("pointer", &HubModule::pointer)
      .function("setSchema", &HubModule::setSchema)
      .function("plan", &HubModule::plan)
      .function("admit", &HubModule::admit)
      .function("checkInput", &HubModule::checkInput)
      .function("coordinate", &HubModule::coordinate)
      .function("open", &HubModule::open)
      .function("closed", &HubModule::closed)
      .function("heads", &HubModule::heads)
      .function("hear", &HubModule::hear)
      .function("organizations", &HubModule::organizations)
      .function("tick", &HubModule::tick)
      .function("retire", &HubModule::retire)
      .function("statistics", &HubModule::statistics)
      .function("metrics", &HubModule::metrics);
}
