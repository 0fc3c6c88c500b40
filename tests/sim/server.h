// SPDX-License-Identifier: MIT
//
// Server: a process with a hub in it, between sockets and the database, as server/src/hub/hub.ts is one. It may die at any time, and stop
// for a while.
#pragma once

#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "ablo/hub.h"
#include "claims.h"
#include "functions.h"
#include "inbox.h"
#include "plan.h"
#include "wire.h"

namespace ablo::sim {

class Server {
 public:
  Server(Agenda& agenda, Random& random, const Plan& plan, Database& database)
      : agenda_(agenda), random_(random), plan_(plan), database_(database) {
    if (plan.skew > 0) skew_ = static_cast<double>(random.below(2 * plan.skew + 1)) - plan.skew;
    start();
  }

  bool up() const { return hub_ != nullptr; }
  bool faults = true;
  double resumes() const { return resumes_ + (hub_ ? parseJson(hub_->statistics())->number("resumes") : 0); }

  void start() {
    ++life_;
    HubLimits limits;
    if (plan_.narrow > 0) limits = {20 + plan_.narrow, 10'000, 1 + plan_.narrow / 4, 2'000};
    hub_ = std::make_unique<Hub>(limits);
    static_cast<void>(hub_->setSchema(kSchema));
    poll();
  }
  /// What it had in mind is lost. A call that the database has begun goes on there, or not.
  void crash() {
    resumes_ = resumes();
    ++life_;
    hub_.reset();
    inbox_.clear();
    for (auto& [socket, wire] : wires_) wire->cut(1e12, random_.below(3000));
    wires_.clear();
    for (const Backend backend : backends_)
      if (random_.chance(50)) database_.kill(backend);
    backends_.clear();
  }
  void pause(double time) { inbox_.sleep(time); }
  /// It is told to go: it sends everybody away, and answers nobody any more.
  void retire() {
    if (up()) work([this] { hub_->retire(now()); });
  }
  /// Somebody deploys another schema, or the one before.
  void push(const char* schema) {
    if (up()) work([this, schema] { static_cast<void>(hub_->setSchema(schema)); });
  }

  /// Somebody connects, who is `name`.
  void accept(std::shared_ptr<Wire> wire, const std::string& name, const std::string& credential) {
    Json identity = Json::object({{"organization", "acme"},
                                  {"actor", Json::object({{"kind", "user"}, {"id", name}})},
                                  {"groups", Json::array({"org:acme"})},
                                  {"operations", Json::array({"*"})}});
    if (!credential.empty()) identity.set("credential", credential);
    if (faults && random_.chance(plan_.expiry)) identity.set("expiresAt", now() + random_.below(60'000));
    accept(std::move(wire), writeJson(identity));
  }
  void accept(std::shared_ptr<Wire> wire, const std::string& identity) {
    const uint32_t socket = wire->socket;
    wire->toServer.arrive = [this, life = life_, socket](const std::string& frame) {
      if (life == life_) work([this, socket, frame] { hub_->receive(socket, frame, now()); });
    };
    wire->toServer.end = [this, life = life_, socket](int, const std::string&) {
      if (life == life_) work([this, socket] { gone(socket); });
    };
    wires_[socket] = std::move(wire);
    work([this, socket, identity] { hub_->open(socket, identity, now()); });
  }

  /// Called with the hints for the other servers.
  std::function<void(const std::string& heads)> tell;
  /// Another server's hint, which may be late, or lost.
  void hear(const std::string& heads) {
    if (faults && random_.chance(plan_.lostHint)) return;
    const bool late = faults && random_.chance(plan_.lostHint);
    const double delay = 1 + random_.below(late ? 3000 : 5);
    agenda_.in(delay, [this, life = life_, heads] {
      if (life == life_ && hub_) work([this, heads] { hub_->hear(heads, now()); });
    });
  }

 private:
  double now() const { return std::floor(kBeginning + agenda_.now() + skew_); }

  void work(std::function<void()> what) { inbox_.work(std::move(what)); }

  void gone(uint32_t socket) {
    if (wires_.erase(socket)) hub_->closed(socket, now());
  }

  void poll() {
    agenda_.in(100, [this, life = life_] {
      if (life != life_ || !hub_) return;
      if (isSweepDue(database_))
        backends_.push_back(database_.run(functionOf("sweep", {}), [this, life](const Json*) {
          if (life == life_ && hub_) look();
        }));
      else
        look();
      poll();
    });
  }
  void look() {
    work([this, head = database_.head()] {
      const Result<Json> names = parseJson(hub_->organizations());
      Json heads = Json::object();
      for (const Json& name : names->items()) heads.set(std::string(name.asString()), head);
      hub_->heads(writeJson(heads), now());
    });
  }

  void obey() {
    const Frame frame = hub_->drain();
    const auto& w = frame.words();
    const auto text = [&](std::size_t at) { return std::string(frame.text(w[at], w[at + 1])); };
    for (std::size_t i = 0; i < w.size();) switch (static_cast<Hub::Record>(w[i])) {
        case Hub::Record::send:
          for (uint32_t n = 0; n < w[i + 2]; ++n)
            if (const auto wire = wires_.find(w[i + 5 + n]); wire != wires_.end())
              wire->second->send(wire->second->toClient, text(i + 3));
          i += 5 + w[i + 2];
          break;
        case Hub::Record::call:
          call(w[i + 1], text(i + 2), text(i + 6));
          i += 8;
          break;
        case Hub::Record::close: {
          const auto wire = wires_.find(w[i + 1]);
          if (wire != wires_.end()) {
            wire->second->close(wire->second->toClient, wire->second->toServer, static_cast<int>(w[i + 2]),
                                text(i + 3));
            inbox_.later([this, socket = w[i + 1]] { gone(socket); });
          }
          i += 5;
          break;
        }
        case Hub::Record::wake: {
          const double at = std::ceil(Frame::number(w[i + 1], w[i + 2])) - kBeginning - skew_;  // clocks have whole ms
          agenda_.at(at, [this, life = life_] {
            if (life == life_ && hub_) work([this] { hub_->tick(now()); });
          });
          i += 3;
          break;
        }
        case Hub::Record::log: i += 3; break;
        case Hub::Record::hint:
          tell(writeJson(Json::object({{text(i + 3), Frame::number(w[i + 1], w[i + 2])}})));
          i += 5;
          break;
      }
  }

  /// Over a connection that may break: before the database began, while it worked, or before the answer was back.
  void call(uint32_t request, const std::string& function, const std::string& input) {
    const auto answered = [this, life = life_, request](bool ok, const std::string& text) {
      agenda_.in(trip(), [this, life, request, ok, text] {
        if (life == life_ && hub_) work([this, request, ok, text] { hub_->answer(request, ok, text, now()); });
      });
    };
    const std::string lost = R"({"error":{"code":"database_unreachable","message":"It is gone."}})";
    const bool loses = faults && random_.chance(plan_.lostAnswer);
    const bool dies = faults && random_.chance(plan_.deadBackend);
    agenda_.in(trip(), [=, this, life = life_] {
      if (life != life_) return;  // before it began
      auto ended = [=](const Json* answer) {
        answered(answer && !loses, answer && !loses ? writeJson(*answer) : lost);
      };
      const Backend backend = database_.run(functionOf(function, *parseJson(input)), ended);
      backends_.push_back(backend);
      if (dies)
        agenda_.in(random_.below(20), [=, this] {
          if (!database_.runs(backend)) return;
          database_.kill(backend);
          answered(false, lost);
        });
    });
  }
  /// Now and then an answer is a large one, or the network slow.
  double trip() { return random_.chance(15) ? random_.below(100) : 0.05 + 0.001 * random_.below(500); }

  Agenda& agenda_;
  Random& random_;
  const Plan& plan_;
  Database& database_;
  std::unique_ptr<Hub> hub_;
  uint64_t life_ = 0;
  double skew_ = 0, resumes_ = 0;
  std::map<uint32_t, std::shared_ptr<Wire>> wires_;
  Inbox inbox_{agenda_, [this] { obey(); }};
  std::vector<Backend> backends_;
};

}  // namespace ablo::sim
