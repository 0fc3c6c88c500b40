// SPDX-License-Identifier: MIT
//
// ConformanceStage: a client of the native core and its scripted server, on which the steps of one case happen
// (tests/conformance/README.md). Its twin for the published package is tests/conformance/scripted-case.ts.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ablo/client.h"
#include "scripted_server.h"
#include "told.h"

namespace ablo::test {

class ConformanceStage {
 public:
  ConformanceStage(const Json& document, const Json& given)
      : full_(given.text("bootstrap") != "none"), client_({"s1", full_, ""}) {
    const Json* own = given.find("schema");
    REQUIRE(client_.defineSchema(writeJson(own ? *own : document)));
    if (const Json* rows = given.find("rows"))
      for (const Json::Member& model : rows->members())
        for (const Json& row : model.value.items()) server_.put(std::string(model.name), row);
    if (given.flag("connected", true)) connect("load");
  }

  void step(const Json& written) {
    const Json step = stamped(written);
    const Json::Member& first = step.members().front();
    const std::string_view verb = first.name;
    const Json& what = first.value;
    if (verb == "write") {
      write(what, step);
    } else if (verb == "foreign") {
      server_.write(what.items());
      if (!step.flag("hold")) receive(server_.changes());
    } else if (verb == "confirm") {
      const std::string key(what.asString());
      decide(key);
      receive(ScriptedServer::confirmed(key, decided_[key]));
    } else if (verb == "echo") {
      if (const Json* effect = step.find("effect"))
        written_[std::string(what.asString())].assign(effect->items().begin(), effect->items().end());
      echo(std::string(what.asString()), step.find("notifications"));
    } else if (verb == "reject") {
      receive(ScriptedServer::rejected(what.asString(), step.text("code"), step.find("details")));
    } else if (verb == "deliver") {
      receive(what.isNumber() ? server_.changes(what.asNumber()) : server_.changes());
    } else if (verb == "disconnect") {
      client_.closed(static_cast<int>(what.asNumber()), "", now_);
      drain();
    } else if (verb == "connect") {
      connect(what.asString());
    } else if (verb == "load") {
      load(what, step);
    } else if (verb == "answer") {
      answer(std::string(what.asString()), step.text("error"));
    } else if (verb == "frame") {
      frame(what.isString() ? std::string(what.asString()) : writeJson(what));
    } else if (verb == "snapshot") {
      Json reads = Json::array();
      for (const Json::Member& model : what.members())
        for (const Json& id : model.value.items()) reads.push(Json::object({{"model", model.name}, {"id", id}}));
      const Result<Client::SnapshotTaken> taken = client_.snapshot(writeJson(Json::object({{"reads", reads}})));
      if (refused(step, taken)) return;
      snapshots_[taken->snapshot] = step.text("as");
      stamps_["$" + std::string(step.text("as"))] = taken->stamp;
      fallen_[std::string(step.text("as"))];
    } else if (verb == "watch") {
      const uint32_t query = *client_.openQuery(writeJson(what));
      client_.rows(query);
      watched_[query] = step.text("as");
    } else if (verb == "keep") {
      keep(what, std::string(step.text("as")));
    } else {
      FAIL("no such step: " << verb);
    }
  }

 protected:
  struct Load {
    int request = 0;
    double seq = 0;
    std::vector<Json> rows;
  };
  struct Kept {
    int model = 0;
    std::string id;      // of a row
    uint32_t query = 0;  // or a result
    uint32_t version = 0;
    int slot = -1;
  };

  template <class T>
  static bool refused(const Json& step, const Result<T>& result) {
    const std::string_view code = step.text("error");
    CAPTURE(result ? "accepted" : codeText(result.error().code));
    REQUIRE(static_cast<bool>(result) == code.empty());
    if (!result) CHECK(codeText(result.error().code) == code);
    return !result;
  }

  void drain() {
    const Told said = test::told(client_);
    for (const uint32_t query : said.queries) {
      ++versions_[query];
      client_.rows(query);  // whoever was told reads it, and is told again when it changes again
      if (const auto watched = watched_.find(query); watched != watched_.end()) told_.insert(watched->second);
    }
    for (const auto& [number, code] : said.settled) {
      const auto found = said.said.find(number);
      Json outcome = found == said.said.end() ? Json::object() : found->second;
      if (outcome.isArray()) outcome = Json::object({{"notifications", outcome}});
      settled_[keys_[number]] = outcome.set("code", code);
    }
    for (const auto& [request, code] : said.answered) answered_[loadsByNumber_[request]] = code;
    for (const Told::Premise& premise : said.premises)
      fallen_[snapshots_[premise.snapshot]].push_back(models().models[static_cast<std::size_t>(premise.row.first)].key +
                                                      "/" + premise.row.second +
                                                      (premise.semantic ? " semantic" : " metadata"));
    for (const std::string& frame : said.sent) {
      const Json json = *parseJson(frame);
      if (json.text("type") == "commit") sent_.emplace_back(json.text("key"));
      if (json.text("type") == "query") lastRequest_ = static_cast<int>(json.number("request"));
    }
    warnings_ += static_cast<double>(said.warnings.size());
  }

  void receive(const std::string& frame) {
    client_.receive(frame, ++now_);
    drain();
  }

  void frame(std::string text) {
    static const std::string kSession = "$session";
    for (std::size_t at; (at = text.find(kSession)) != std::string::npos;) text.replace(at, kSession.size(), "s1");
    receive(text);
  }

  void connect(std::string_view start) {
    if (client_.status().text("state") == "idle")
      client_.start(now_);
    else
      client_.nudge(now_);
    client_.tokenReady(now_);
    client_.opened(now_);
    client_.receive(server_.welcome(start), now_);
    if (start == "load")
      client_.receive(server_.loaded(full_), now_);
    else if (server_.delivered() < server_.head())
      client_.receive(server_.changes(), now_);
    drain();
  }

  void write(const Json& operations, const Json& step) {
    const std::string key(step.text("key"));
    Json commit = Json::object({{"key", key}, {"operations", operations}});
    if (const Json* options = step.find("options"))
      for (const Json::Member& option : options->members()) commit.set(option.name, option.value);
    const Result<uint32_t> number = client_.commit(writeJson(commit), ++now_);
    if (refused(step, number)) return;
    written_[key].assign(operations.items().begin(), operations.items().end());
    settled_[key] = Json::object({{"code", "pending"}});
    keys_[*number] = key;
    drain();
  }

  void decide(const std::string& key) {
    if (!decided_.count(key)) decided_[key] = server_.write(written_.at(key), "s1", key);
  }

  void echo(const std::string& key, const Json* notifications) {
    decide(key);
    receive(ScriptedServer::confirmed(key, decided_[key], notifications));
    receive(server_.changes());
  }

  void load(const Json& query, const Json& step) {
    const std::string as(step.text("as"));
    lastRequest_ = 0;
    const Result<uint32_t> request = client_.load(writeJson(query), ++now_);
    if (refused(step, request)) return;
    answered_[as] = *request ? "waiting" : "ok";
    if (*request) loadsByNumber_[*request] = as;
    drain();
    Load& load = loads_[as];
    load.request = lastRequest_;
    load.seq = server_.head();
    if (const Json* ids = step.find("rows"))
      for (const Json& id : ids->items())
        load.rows.push_back(*server_.row({std::string(query.text("model")), std::string(id.asString())}));
  }

  void answer(const std::string& as, std::string_view error) {
    const Load& load = loads_.at(as);
    Json frame =
        Json::object({{"type", "answer"}, {"request", load.request ? load.request : lastRequest_}, {"seq", load.seq}});
    if (error.empty())
      frame.set("rows", Json::array(std::span(load.rows)));
    else
      frame.set("error", Json::object({{"code", error}, {"message", "m"}}));
    receive(writeJson(frame));
  }

  void keep(const Json& what, const std::string& as) {
    Kept kept;
    if (const Json* query = what.find("query")) {
      kept.query = *client_.openQuery(writeJson(*query));
      client_.rows(kept.query);
      kept.version = versions_[kept.query];
    } else {
      const auto [model, id] = place(what.text("row"));
      const int slot = client_.slot(model, id);
      kept = {model, id, 0, slot < 0 ? 0 : client_.version(model, static_cast<uint32_t>(slot)), slot};
    }
    kept_[as] = kept;
  }

  /// What was written with the stamps of snapshots in place of their names ("$s").
  Json stamped(const Json& written) const {
    if (const auto stamp = stamps_.find(std::string(written.asString())); stamp != stamps_.end()) return stamp->second;
    Json result = written;
    for (Json& item : result.items()) item = stamped(item);
    for (const Json::Member& member : written.members()) result.set(member.name, stamped(member.value));
    return result;
  }

  const Schema& models() const { return client_.schema(); }
  RowKey place(std::string_view name) const {
    const std::size_t slash = name.find('/');
    return {models().modelIndex(name.substr(0, slash)), std::string(name.substr(slash + 1))};
  }
  static std::vector<std::string> texts(const Json& list) {
    std::vector<std::string> texts;
    for (const Json& item : list.items()) texts.emplace_back(item.asString());
    return texts;
  }

  bool full_;
  Client client_;
  ScriptedServer server_;
  double now_ = 1'700'000'000'000;

  std::map<std::string, std::vector<Json>> written_;  // operations by key
  std::map<std::string, double> decided_;             // seq by key
  std::map<uint32_t, std::string> keys_;
  std::map<std::string, Json> settled_;  // outcome by key: its code, and what was said with it
  std::map<std::string, std::string> answered_;
  std::vector<std::string> sent_;
  std::map<std::string, Load> loads_;
  std::map<uint32_t, std::string> loadsByNumber_;
  int lastRequest_ = 0;
  std::map<uint32_t, std::string> snapshots_;
  std::map<std::string, double> stamps_;  // by "$" and the snapshot's name
  std::map<std::string, std::vector<std::string>> fallen_;
  std::map<uint32_t, std::string> watched_;
  std::map<uint32_t, uint32_t> versions_;  // how often a query was told of
  std::set<std::string> told_;
  std::map<std::string, Kept> kept_;
  double warnings_ = 0;
};

}  // namespace ablo::test
