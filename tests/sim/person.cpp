// SPDX-License-Identifier: MIT
#include "person.h"

#include "nonsense.h"

namespace ablo::sim {

void Person::open() {
  ++life_;
  session_ = name + "-" + std::to_string(life_);
  ClientOptions options{session_, loadsAll_, ""};
  options.guardsUpdates = guards_;
  client_ = std::make_unique<Client>(options);
  if (!client_->defineSchema(kSchema)) record_.fail("the schema was refused");
  if (!image_.empty() && !image_.restore(*client_)) record_.fail("an image was refused");
  numbers_.clear();
  pending_.clear();
  looks_.clear();
  leaving_ = false;
  premise_ = {};
  screen_.open(*client_);
  for (const std::size_t place : std::deque(disk_)) commit(place);
  knows_ = nudges_ = false;
  work([this] { client_->start(now()); });
  if (loadsAll_)
    work([this] { static_cast<void>(client_->load(R"({"model":"notes"})", now())); });
  else
    ask();
}

void Person::look(const RowName& row) {
  const int model = client_->schema().modelIndex(row.first), slot = client_->slot(model, row.second);
  if (slot < 0) return;
  client_->rowRead(model, static_cast<uint32_t>(slot));
  looks_[row] = lookAt(row);
  looks_[row].row = shown(row);
  client_->closeSnapshot(premise_.number);
  const Json read = Json::object({{"model", row.first}, {"id", row.second}});
  if (const auto taken = client_->snapshot(writeJson(Json::object({{"reads", Json::array({read})}}))))
    premise_ = {row, taken->stamp, taken->snapshot, false,
                std::any_of(disk_.begin(), disk_.end(), [&](std::size_t place) {
                  const auto operations = record_.writes[place].operations.items();
                  return std::any_of(operations.begin(), operations.end(),
                                     [&](const Json& operation) { return rowOf(operation) == row; });
                })};
}

void Person::misuse() {
  const auto things = badWrites();
  const Nonsense& said = things[random_.below(things.size())];
  const Result<uint32_t> number = client_->commit(said.text, now());
  const std::string told(number ? "yes" : codeText(number.error().code));
  if (told != said.code) record_.fail(name + " asked for " + said.text + " and was told " + told);
}

void Person::write(Wish wish) {
  Written written;
  static_cast<Wish&>(written) = std::move(wish);
  written.person = name;
  written.session = session_;
  written.key = name + "/" + std::to_string(++writes_);
  record_.writes.push_back(std::move(written));
  const std::size_t place = record_.writes.size() - 1;
  begin(place);
  commit(place);
}

std::string Person::shown(const RowName& row) const {
  const int model = client_->schema().modelIndex(row.first), slot = client_->slot(model, row.second);
  Json values = Json::array();
  const auto cells = client_->row(model, static_cast<uint32_t>(slot));
  if (slot >= 0)
    for (const Value& value : *cells) values.push(writeValue(value));
  return writeJson(values);
}

Look Person::lookAt(const RowName& row) const {
  Look look{client_->cursor(), epoch(), {}};
  for (const std::size_t place : pending())
    for (const Json& operation : record_.writes[place].operations.items()) {
      if (rowOf(operation) != row) continue;
      if (operation.text("op") == "create" || operation.text("op") == "delete") look.own.clear();  // it begins anew
      look.own.emplace_back(place, record_.writes[place].attempt);
    }
  return look;
}

/// An attempt, with what there is to see now.
void Person::begin(std::size_t place) {
  Written& written = record_.writes[place];
  written.at = agenda_.now();
  written.turn = ++record_.turns;
  written.cursor = client_->cursor();
  written.epoch = epoch();
  written.message.clear();
  written.seen.clear();
  disk_.push_back(place);
  if (!written.onStale.empty() && written.onStale != "reject") return;
  for (const Json& operation : written.operations.items()) {
    const RowName row = rowOf(operation);
    const bool byLook = guards_ && written.readAt < 0 && !written.revise && operation.text("op") != "create";
    if (written.readAt < 0 && !written.revise && !byLook) continue;
    const auto looked = looks_.find(row);
    const bool asLooked =
        byLook && looked != looks_.end() && looked->second.row != shown(row);  // else it is that still
    written.seen[row] = asLooked ? looked->second : lookAt(row);
    if (written.readAt >= 0) written.seen[row].at = written.readAt;
  }
}

void Person::commit(std::size_t place, double retries) {
  Written& written = record_.writes[place];
  Json text = Json::object({{"key", written.key}, {"operations", written.operations}});
  if (written.readAt >= 0) text.set("readAt", written.readAt);
  if (!written.onStale.empty()) text.set("onStale", written.onStale);
  if (!written.reads.isNull()) text.set("reads", written.reads);
  if (!written.claim.empty()) text.set("claim", written.claim);
  if (written.revise) text.set("retries", retries).set("attempt", static_cast<double>(written.attempt));
  const Result<uint32_t> number = client_->commit(written.message.empty() ? writeJson(text) : written.message, now());
  const bool takenBack = !number && number.error().code == ErrorCode::stale_context && guards_;  // what was read
  const bool closing = !number && number.error().code == ErrorCode::client_disposed && leaving_;
  const bool lost = !number && number.error().code == ErrorCode::claim_lost;
  if (takenBack || closing || lost) {
    std::erase(disk_, place);
    written.outcome = codeText(number.error().code);
    return;
  }
  if (!number) return record_.fail("a write was refused at once: " + number.error().message);
  const bool isNew = written.message.empty();
  written.message = client_->message(*number);
  if (isNew) goByClaims(place);
  numbers_[*number] = place;
  pending_.emplace_back(place, *number);
}

/// What is written under claims goes by what was read since they were granted, if it says nothing else.
void Person::goByClaims(std::size_t place) {
  Written& written = record_.writes[place];
  if (written.readAt >= 0 || written.revise || written.message.find("\"claims\":") == std::string::npos) return;
  const Json message = *parseJson(written.message);
  for (const Json& operation : message.find("operations")->items()) {
    if (operation.text("op") == "create" || !operation.find("readAt")) continue;
    Look& look = written.seen[rowOf(operation)] = lookAt(rowOf(operation));
    look.at = operation.number("readAt");
  }
}

/// The row had changed: another attempt, from what there is now.
void Person::again(std::size_t place, const Json& how) {
  Written& written = record_.writes[place];
  std::erase(disk_, place);
  written.operations = written.revise();
  if (written.operations.isNull()) {
    written.outcome = "gone";
    return;
  }
  written.attempt = static_cast<uint32_t>(how.number("attempt"));
  begin(place);
  commit(place, how.number("retries"));
}

void Person::settled(uint32_t number, uint32_t outcome, double seq, const std::string& text) {
  const std::size_t place = numbers_.at(number);
  Written& written = record_.writes[place];
  if (outcome == 3) return;  // not known for too long; it may settle yet
  std::erase(pending_, std::pair(place, number));
  if (outcome == 4) return inbox_.later([this, place, how = *parseJson(text)] { again(place, how); });
  const std::string what = outcome == 1 ? "confirmed" : std::string(parseJson(text)->text("code"));
  if (!written.outcome.empty() && (written.outcome != what || written.seq != seq))
    record_.fail(written.key + " was " + written.outcome + ", and then " + what);
  if (written.outcome.empty()) written.toldAt = agenda_.now();
  written.outcome = what;
  written.seq = seq;
  std::erase(disk_, place);
}

static bool isDamage(const std::string& what) {
  return what.ends_with(sentence(ErrorCode::block_damaged)) ||
         what.starts_with("A frame of the server could not be read");
}

/// Of what goes wrong here only this is said to people.
void Person::warned(const std::string& what) {
  const bool expected = (plan_.trim > 0 && what == sentence(ErrorCode::cursor_too_old)) ||
                        (plan_.restore > 0 && what == sentence(ErrorCode::log_epoch_changed)) ||
                        (plan_.damage > 0 && isDamage(what));
  if (!expected) record_.fail(name + " was warned: " + what);
}

void Person::listen() {
  if (!client_) return;
  const Frame frame = client_->drain();
  const auto& w = frame.words();
  const auto text = [&](std::size_t at) { return std::string(frame.text(w[at], w[at + 1])); };
  for (std::size_t i = 0; i < w.size();) switch (static_cast<Client::Record>(w[i])) {
      case Client::Record::row: i += 5; break;
      case Client::Record::premise:
        if (w[i + 1] == premise_.number) premise_.fell = true;
        i += 5;
        break;
      case Client::Record::query:
        screen_.told(*client_, w[i + 1]);
        i += 3;
        break;
      case Client::Record::claims: i += 3; break;
      case Client::Record::lost:
        errands_.lost(text(i + 1));
        i += 3;
        break;
      case Client::Record::settled:
        settled(w[i + 1], w[i + 2], Frame::number(w[i + 3], w[i + 4]), text(i + 5));
        i += 7;
        break;
      case Client::Record::answered:
        errands_.answered(w[i + 1], w[i + 2] == 1, text(i + 3));
        i += 5;
        break;
      case Client::Record::status:
        i += 1;
        if (nudges_ || client_->status().text("state") != "refused") break;
        nudges_ = true;  // somebody does something about it, in the end
        agenda_.in(random_.below(5'000), [this, life = life_] {
          if (life != life_ || !client_) return;
          nudges_ = false;
          work([this] { life_ % 4 == 1 ? client_->nudge(now()) : client_->tokenChanged(now()); });
        });
        break;
      case Client::Record::send:
        record_.trace(text(i + 1));
        if (wire_) wire_->send(wire_->toServer, text(i + 1));
        if (text(i + 1).starts_with(R"({"type":"commit")") && faults && random_.chance(plan_.flightCut))
          agenda_.in(plan_.latency, [this] { cut(false); });  // when it is there, and nobody knows what becomes of it
        i += 3;
        break;
      case Client::Record::connect:
        connect();
        i += 1;
        break;
      case Client::Record::disconnect:
        if (wire_) wire_->close(wire_->toServer, wire_->toClient, static_cast<int>(w[i + 1]), "");
        wire_.reset();
        i += 2;
        break;
      case Client::Record::wake: {
        const double at = std::ceil(Frame::number(w[i + 1], w[i + 2])) - kBeginning - skew_;  // clocks have whole ms
        agenda_.at(at, [this, life = life_] {
          if (life == life_ && client_) work([this] { client_->tick(now()); });
        });
        i += 3;
        break;
      }
      case Client::Record::token:
        getToken();
        i += 1;
        break;
      case Client::Record::warning:
        warned(text(i + 1));
        i += 3;
        break;
      case Client::Record::forget:
      case Client::Record::model: i += 2; break;
    }
  looked();
}

void Person::connect() {
  if (wire_) wire_->close(wire_->toServer, wire_->toClient, 1000, "");
  wire_ = connect_(*this);
  const uint64_t life = life_, call = ++calls_;
  const auto mine = [this, life, call] { return life == life_ && call == calls_ && client_; };
  if (!wire_) {
    agenda_.in(random_.below(50), [this, mine] {
      if (mine()) work([this] { client_->closed(1006, "", now()); });
    });
    return;
  }
  wire_->toClient.arrive = [this, mine](const std::string& text) {
    if (!mine()) return;
    record_.trace(text);
    work([this, mine, text] {
      if (!mine()) return;
      const bool reloads = text.starts_with(R"({"type":"loaded")");
      if (reloads) {
        knows_ = false;
        premise_ = {};  // what came in between is not known
      }
      client_->receive(text, now());
      if (reloads && !leaving_ && client_->cursor() >= 0) reloaded();
    });
  };
  wire_->toClient.end = [this, mine](int code, const std::string& reason) {
    if (!mine()) return;
    wire_.reset();
    work([this, mine, code, reason] {
      if (mine()) client_->closed(code, reason, now());
    });
  };
  agenda_.in(plan_.latency, [this, mine] {
    if (mine() && wire_) work([this] { client_->opened(now()); });
  });
}

/// A credential; or none for now, or none until somebody does something.
void Person::getToken() {
  ++credential_;
  const bool fails = faults && random_.chance(plan_.noToken), forNow = random_.chance(50);
  agenda_.in(random_.below(5), [this, life = life_, fails, forNow] {
    if (life != life_ || !client_) return;
    work([this, fails, forNow] {
      if (fails)
        client_->tokenFailed(forNow ? "" : "session_expired", "", now());
      else
        client_->tokenReady(now());
    });
  });
}

/// Whoever does not load everything names it, model by model, and looks now and then whether it is here.
void Person::ask() {
  agenda_.in(random_.below(200), [this, life = life_] {
    if (life != life_ || !client_) return;
    work([this] {
      knows_ = true;
      for (const char* query : {R"({"model":"accounts","state":"all"})", R"({"model":"tasks","state":"all"})",
                                R"({"model":"notes","state":"all","expand":["task"]})"})
        if (const Result<uint32_t> asked = client_->load(query, now()); !asked || *asked != 0) knows_ = false;
    });
    ask();
  });
}

}  // namespace ablo::sim
