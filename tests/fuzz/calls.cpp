// SPDX-License-Identifier: MIT
//
// A client, and bytes that choose what happens to it: each byte an event, the next ones what it is about. Whatever the server,
// the network and the caller do, in whatever order:
//   1. drain() ends, and what it hands over can be read to its last word;
//   2. a row's version never goes back, and every slot that a query gives is shown;
//   3. a query has the rows that a scan of the view finds;
//   4. what is saved can be restored.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "support.h"
#include "targets.h"

namespace ablo::fuzz {

namespace {

constexpr const char* kQueries[] = {
    R"({"model":"tasks"})",
    R"({"model":"tasks","where":[["status","=","todo"]],"orderBy":[["title","desc"]]})",
    R"({"model":"tasks","where":[["title",">","b"]],"limit":2})",
    R"({"model":"tasks","orderBy":[["status","asc"]],"limit":3,"offset":1,"state":"all"})",
    R"({"model":"tasks","state":"archived"})",
    R"({"model":"tasks","where":[["status","in",["todo","done"]]],"count":true})",
    R"({"model":"notes","where":[["taskId","=","r1"]],"orderBy":[["text","asc"]],"limit":1})",
    R"({"model":"notes","where":[["stars","IS",null]]})"};
constexpr const char* kTexts[] = {"a", "b", "bb", "\xc3\xbc", "", "z"};
constexpr const char* kStatus[] = {"todo", "doing", "done"};
constexpr const char* kOps[] = {"create", "update", "delete", "archive", "unarchive"};
constexpr unsigned kRows = 6;

class Play {
 public:
  explicit Play(std::string_view bytes) : choices_(bytes), client_({"s1", choices_.below(4) != 0, "", 1u << 22}) {
    define(client_);
    client_.start(now_);
  }

  void run() {
    for (int step = 0; step < 200 && !choices_.over(); ++step) {
      act();
      if (choices_.below(5) == 0) look();
    }
    look();
    restoreWhatIsSaved();
    client_.stop(now_);
    look();
  }

 private:
  std::string id() { return "r" + std::to_string(choices_.below(kRows)); }
  double seq() { return client_.cursor() + static_cast<double>(choices_.below(4)); }

  Json task(const std::string& id) {
    Json row = Json::object({{"id", id}, {"title", kTexts[choices_.below(6)]}, {"status", kStatus[choices_.below(3)]}});
    if (choices_.below(4) == 0) row.set("archivedAt", "2026-01-02T03:04:05.000006Z");
    return row;
  }
  Json note(const std::string& id) {
    return Json::object({{"id", id}, {"text", kTexts[choices_.below(6)]}, {"taskId", this->id()}});
  }
  Json claim() {
    constexpr const char* kStates[] = {"active", "queued", "released", "expired", "canceled"};
    return Json::object({{"id", "c" + std::to_string(choices_.below(3))},
                         {"model", "tasks"},
                         {"row", id()},
                         {"status", kStates[choices_.below(5)]},
                         {"actor", Json::object({{"kind", "user"}, {"id", "ada"}})},
                         {"session", choices_.below(2) ? "s1" : "s2"},
                         {"fence", choices_.below(9)},
                         {"expiresAt", now_ + 1000},
                         {"readAt", seq()}});
  }

  void hear(Json message) { client_.receive(writeJson(message), now_); }

  void act() {
    switch (choices_.below(24)) {
      case 0: return client_.tokenReady(now_);
      case 1: return client_.opened(now_);
      case 2: return welcome();
      case 3: return loaded();
      case 4:
      case 5: return changes();
      case 6: return receipt();
      case 7: return answer();
      case 8:
      case 9:
      case 10: return write();
      case 11: return open();
      case 12:
        if (!queries_.empty()) {
          client_.closeQuery(queries_.begin()->first);
          queries_.erase(queries_.begin());
        }
        return;
      case 13: return static_cast<void>(client_.load(kQueries[choices_.below(8)], now_));
      case 14: return client_.closed(choices_.below(2) ? 1006 : 4000 + static_cast<int>(choices_.below(12)), "", now_);
      case 15: return client_.tick(now_ += choices_.below(2) ? 10'000 : 50);
      case 16: return client_.nudge(now_);
      case 17: return client_.tokenFailed(choices_.below(2) ? "" : "session_expired", "gone", now_);
      case 18:
        return static_cast<void>(client_.claim(R"({"claim":"c)" + std::to_string(choices_.below(3)) +
                                                   R"(","model":"tasks","id":")" + id() +
                                                   R"(","ttl":1000,"action":"edit","wait":true})",
                                               now_));
      case 19:
        if (choices_.below(2)) return static_cast<void>(client_.release("c" + std::to_string(choices_.below(3)), now_));
        if (const Result<uint32_t> waits = client_.awaitFree(R"({"model":"tasks","id":")" + id() + R"("})", now_))
          if (choices_.below(2)) client_.closeRequest(*waits);
        return;
      case 20:
        if (const Result<Client::SnapshotTaken> taken =
                client_.snapshot(R"({"reads":[{"model":"tasks","id":")" + id() + R"(","shown":true}]})"))
          if (choices_.below(2)) client_.closeSnapshot(taken->snapshot);
        return;
      case 21: return save();
      case 22: return client_.receive(choices_.piece(), now_);
      default: return client_.receive(mended(choices_.piece()), now_);
    }
  }

  void welcome() {
    client_.tokenReady(now_);
    client_.opened(now_);
    hear(Json::object({{"type", "welcome"},
                       {"organization", "acme"},
                       {"actor", Json::object({{"kind", "user"}, {"id", "ada"}})},
                       {"epoch", "e"},
                       {"seq", seq()},
                       {"start", choices_.below(2) ? "load" : "resume"}}));
  }

  void loaded() {
    Json tasks = Json::array(), notes = Json::array(), names = Json::array();
    for (unsigned row = choices_.below(kRows); row > 0; --row) tasks.push(task(id()));
    for (unsigned row = choices_.below(3); row > 0; --row) notes.push(note(id()));
    Json models = Json::object({{"notes", notes}});
    if (choices_.below(2)) {
      models.set("tasks", tasks);
    } else {
      const int model = schema().modelIndex("tasks");
      BlockWriter block(schema(), model);
      for (const Json& task : tasks.items()) {
        Row row;
        for (const Field& field : schema().models[static_cast<std::size_t>(model)].fields)
          row.push_back(storedValue(field, task.find(field.name) ? *task.find(field.name) : Json()));
        block.add(cellsOf(row));
      }
      if (block.rows() > 0) {
        const std::string bytes = block.finish();
        names.push(hashText(blockChecksum(bytes)));
        client_.receive(bytes, now_);
      }
    }
    hear(Json::object({{"type", "loaded"},
                       {"seq", std::max(0.0, seq())},
                       {"epoch", "e"},
                       {"models", models},
                       {"blocks", names},
                       {"claims", choices_.below(3) ? Json::array() : Json::array({claim()})}}));
  }

  void changes() {
    const double from = choices_.below(8) ? client_.cursor() : seq();
    const unsigned count = choices_.below(4);
    Json list = Json::array();
    for (unsigned i = 1; i <= count; ++i) {
      const bool isTask = choices_.below(3) != 0;
      const std::string id = this->id();
      Json change =
          Json::object({{"seq", from + i}, {"kind", "row"}, {"model", isTask ? "tasks" : "notes"}, {"id", id}});
      if (choices_.below(9) == 0) change = Json::object({{"seq", from + i}, {"kind", "claim"}, {"claim", claim()}});
      if (choices_.below(30) == 29) change.set("kind", "resync");
      if (choices_.below(4) != 0) change.set("row", isTask ? task(id) : note(id));
      if (choices_.below(2)) change.set("session", "s1").set("key", "k" + std::to_string(choices_.below(written_ + 1)));
      list.push(change);
    }
    hear(Json::object({{"type", "changes"}, {"from", from}, {"to", from + count}, {"changes", list}}));
  }

  void receipt() {
    Json receipt = Json::object({{"type", "receipt"},
                                 {"key", "k" + std::to_string(choices_.below(written_ + 1))},
                                 {"attempt", 1},
                                 {"status", choices_.below(2) ? "confirmed" : "rejected"},
                                 {"seq", seq()}});
    hear(receipt.set("error", Json::object({{"code", "stale_context"}, {"message", "m"}})));
  }

  void answer() {
    Json answer = Json::object({{"type", "answer"}, {"request", choices_.below(8)}, {"seq", seq()}});
    switch (choices_.below(3)) {
      case 0: answer.set("rows", Json::array({task(id()), task(id())})); break;
      case 1: answer.set("claim", claim()); break;
      default: answer.set("error", Json::object({{"code", "internal_error"}, {"message", "m"}}));
    }
    hear(answer);
  }

  void write() {
    Json operations = Json::array();
    for (unsigned count = 1 + choices_.below(3); count > 0; --count) {
      const char* op = kOps[choices_.below(5)];
      const bool isTask = choices_.below(3) != 0;
      Json operation = Json::object({{"op", op}, {"model", isTask ? "tasks" : "notes"}, {"id", id()}});
      Json data = isTask ? Json::object({{"title", kTexts[choices_.below(6)]}, {"status", kStatus[choices_.below(3)]}})
                         : Json::object({{"text", kTexts[choices_.below(6)]}});
      if (op[0] == 'c' || op == std::string_view("update")) operation.set("data", data);
      operations.push(operation);
    }
    Json commit = Json::object({{"key", "k" + std::to_string(written_ + 1)}, {"operations", operations}});
    if (choices_.below(5) == 0) commit.set("readAt", std::max(0.0, seq()));
    if (client_.commit(writeJson(commit), now_) && written_ < 200) ++written_;
  }

  void open() {
    const char* text = kQueries[choices_.below(8)];
    const Result<uint32_t> query = client_.openQuery(text);
    expect(static_cast<bool>(query), "a query can be opened");
    if (queries_.count(*query))
      client_.closeQuery(*query);  // it was counted twice
    else
      queries_.emplace(*query, *parseQuery(schema(), *parseJson(text)));
  }

  void look() {
    for (int round = 0; read(client_.drain()); ++round) expect(round < 10, "drain ends");
    View views[2];
    for (int model = 0; model < 2; ++model)
      for (const uint32_t slot : told_[model])
        if (std::optional<Row> row = client_.row(model, slot)) views[model].emplace_back(slot, std::move(*row));
    for (const auto& [number, query] : queries_) expectAnswer(client_, number, query, views[query.model]);
    static_cast<void>(client_.status());
    static_cast<void>(client_.intents("{}"));
  }

  bool read(const Frame& frame) {
    constexpr std::size_t kWords[] = {0, 5, 3, 3, 7, 5, 1, 3, 1, 2, 3, 1, 5, 3, 2, 3, 2};  // by the record's number
    const std::vector<uint32_t>& words = frame.words();
    std::size_t at = 0;
    while (at < words.size()) {
      expect(words[at] > 0 && words[at] < std::size(kWords), "every record is one that is known");
      if (words[at] == static_cast<uint32_t>(Client::Record::row)) {
        uint32_t& version = versions_[{words[at + 1], words[at + 2]}];
        expect(words[at + 3] > version, "a version never goes back, and what is told is new");
        version = words[at + 3];
        told_[words[at + 1]].insert(words[at + 2]);
      }
      if (words[at] == static_cast<uint32_t>(Client::Record::model))
        for (const auto& [slot, row] : viewOf(client_, static_cast<int>(words[at + 1])))
          told_[words[at + 1]].insert(slot);
      at += kWords[words[at]];
    }
    expect(at == words.size(), "a frame ends with a record");
    return !words.empty();
  }

  void save() {
    Client::Image image = client_.saveImage();
    manifest_ = std::move(image.manifest);
    for (Client::ImagePart& part : image.parts) parts_[{part.model, part.chunk}] = std::move(part.bytes);
  }

  void restoreWhatIsSaved() {
    if (client_.cursor() < 0) return;
    save();
    std::vector<std::string_view> parts;
    for (const auto& [place, bytes] : parts_)
      if (!bytes.empty()) parts.push_back(bytes);
    Client next({"s3", true, ""});
    define(next);
    expect(static_cast<bool>(next.restoreImage(manifest_, parts)), "what was saved can be restored");
    drainAll(next);
  }

  double now_ = 1'700'000'000'000;
  Choices choices_;
  Client client_;
  unsigned written_ = 0;
  std::map<uint32_t, Query> queries_;
  std::set<uint32_t> told_[2];  // slots of each model that there was news of
  std::string manifest_;
  std::map<std::pair<int, uint32_t>, std::string> parts_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> versions_;
};

}  // namespace

void calls(std::string_view bytes) { Play(bytes).run(); }

}  // namespace ablo::fuzz
