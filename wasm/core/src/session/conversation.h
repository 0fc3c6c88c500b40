// SPDX-License-Identifier: MIT
//
// Conversation: everything a client knows, and what it says to the server. It joins the session's states with the store,
// the claims and the snapshots, and collects what a drain hands over. Its parts by what happens:
//   conversation.cpp  connecting, the frame         receive.cpp     what the server says
//   commit.cpp        writes and how they settle    coordinate.cpp  claims and snapshots
//   guards.cpp        what a write goes by          revise.cpp      writes that are made anew
//   load.cpp          reads                         expand.cpp      the rows that relations lead to
//   image.cpp         what is stored                deadlines.cpp   how long anybody waits, and when to look again
#pragma once

#include <optional>
#include <string>

#include "ablo/client.h"
#include "ablo/list.h"
#include "base/map.h"
#include "codec/raw_json.h"
#include "coordination/own_claim.h"
#include "coordination/snapshots.h"
#include "session/requests.h"
#include "session/session.h"
#include "store/store.h"
#include "writes/guard.h"

namespace ablo {

inline constexpr int kGoingAway = 1000;  // how a socket is closed that is not needed any more

class Client::Impl {
 public:
  explicit Impl(ClientOptions options) : options_(std::move(options)), store_(options_.loadAll) {}

  Result<std::string> defineSchema(std::string_view document);
  Store& store() { return store_; }
  const Store& store() const { return store_; }
  double cursor() const { return cursor_; }

  // conversation.cpp
  void handle(Session::Event event, double now);
  void stop(double now);
  void opened(double now) { handle(Session::Event::opened, now); }
  void closed(int code, std::string_view reason, double now);
  void tokenFailed(std::string_view code, std::string_view message, double now);
  void tokenChanged(double now);
  Json status() const;
  const Frame& drain();

  // deadlines.cpp
  void tick(double now);

  // receive.cpp
  void receive(std::string_view bytes, double now);

  // image.cpp
  Image saveImage();
  Outcome restoreImage(std::string_view manifest, std::span<const std::string_view> blocks);

  // commit.cpp
  Result<uint32_t> commit(std::string_view json, double now);
  std::string_view message(uint32_t commit) const;

  // guards.cpp
  void rowRead(int model, uint32_t slot);

  // load.cpp
  Result<Query> query(std::string_view text) const;
  Result<uint32_t> load(std::string_view text, double now);

  // coordinate.cpp
  Result<uint32_t> claim(std::string_view json, double now);
  Result<uint32_t> release(std::string_view id, double now);
  Result<uint32_t> reorder(std::string_view json, double now);
  Result<SnapshotTaken> snapshot(std::string_view captured);
  void followSnapshot(uint32_t snapshot, bool follows) { snapshots_.follow(snapshot, follows); }
  void closeSnapshot(uint32_t snapshot) { snapshots_.close(snapshot); }

  // intents.cpp
  Result<Json> intents(std::string_view filter) const;
  Result<uint32_t> awaitFree(std::string_view filter, double now);
  void closeRequest(uint32_t request);

 private:
  struct Effect {
    Record record;
    std::string text;
    uint32_t code = 0;
  };
  struct News {
    Record record;  // settled or answered
    uint32_t number;
    uint32_t outcome;
    double seq;
    std::string text;
  };

  // conversation.cpp
  void perform(Session::Effect effect, double now);
  void greet();
  void catchUp(double now);
  void refuse(uint32_t request, const Error& error, double now);
  void refuseAll(const Error& error, double now);
  double chance() const;
  void send(std::string text) { effects_.push_back({Record::send, std::move(text)}); }
  void statusChanged() { statusChanged_ = true; }
  void warn(std::string text) { effects_.push_back({Record::warning, std::move(text)}); }

  // deadlines.cpp
  double giveUpAt(const Request& request) const;
  double giveUpAt(const PendingCommit& commit) const;
  void giveUpWaiting(double now);
  void renewClaims(double now);
  double nextWake() const;

  // receive.cpp
  void welcome(const Json& message, double now);
  /// What comes takes at most so many times its bytes: a block, and JSON while it is read (`"n":1,` takes 64).
  static constexpr uint64_t kBlockSpread = 4, kJsonSpread = 12;
  bool hasRoomFor(std::size_t bytes, uint64_t spread);
  void loaded(const Json& message, double now);
  void refuseMore(double now);
  void loadAgain(const Error& error, double now);
  void changes(const Json& message, double now);
  void change(const Json& change, double now);
  void receipt(const Json& message, double now);
  void answer(const Json& message, double now);
  void resume();
  void setEpoch(std::string_view epoch);

  // commit.cpp
  void advance(PendingCommit& commit, CommitLife::Event event, const std::optional<Error>& error = std::nullopt);
  void advanceAll(CommitLife::Event event);
  void sendCommits();
  void settleApplied(double now);
  void dropSettled(double now);
  Result<List<const Claim*>> claimsFor(const Json& json, const List<Operation>& operations) const;

  // guards.cpp
  struct Seen {
    double at = 0;         // up to where the log was known when the row was read
    uint32_t version = 0;  // of the row that was read; 0: it was not
  };
  Seen* seen(const Operation& operation);
  double lastRead(const Operation& operation);
  void takeBack(const PendingCommit& commit, bool confirmed = false);
  void takeAllBack();
  Outcome writeGuards(const Json& json, const List<Operation>& operations, const List<const Claim*>& claims,
                      const Guard& guard, PendingCommit& made, ObjectText& message);

  // revise.cpp
  struct Revision {
    uint32_t number, attempt;
    uint32_t after;  // the last commit whose outcome it waits for
    double retries;
    double seq;    // what it had missed
    double at;     // not before
    double until;  // not after
  };
  bool revises(const PendingCommit& commit, Error& error, double now);
  bool isDue(const Revision& revision, double now) const;
  void revise(double now);
  void endRevisions(const Error& error);

  // load.cpp
  void answered(uint32_t request, std::string text = "{}") {
    news_.push_back({Record::answered, request, 1, 0, std::move(text)});
  }
  void refused(uint32_t request, const Error& error);
  uint32_t ask(Request request);
  static std::string requestText(std::string_view type, uint32_t number, const Json& asked);

  // expand.cpp
  bool expand(uint32_t number, Request request, std::span<const Json> rows, double now);
  void partEnded(uint32_t part, const Error* error, double now);
  void askAgain(double now);

  // coordinate.cpp
  Outcome checkClaim(const Json& asked) const;
  void claimNext(uint32_t number, double now);
  void granted(uint32_t number, double now);
  void giveUp(uint32_t number, const std::string& id, const Error& error, double now);
  static std::string releaseFrame(uint32_t request, const std::string& claim);
  void advance(const std::string& id, OwnClaim::Event event, double now,
               const Error& error = Error::of(ErrorCode::claim_lost));
  void advanceClaims(OwnClaim::Event event, double now, const Error& error = Error::of(ErrorCode::claim_lost));
  void giveBack(const std::string& id, uint32_t request, double now);
  void consider(const std::string& id, double now);
  Outcome capture(const Json& read, Snapshots::Taken& taken);
  void leaveClaim(const std::string& id, double now);
  void leaveClaims(double now);
  void giveBackForgotten(double now);
  uint32_t askRelease(const std::string& id, double now);

  // intents.cpp
  Result<Claims::Filter> claimsMeant(const Json& asked) const;
  bool isTold() const;
  List<const Claim*> holders(const Request& request) const;
  static Error claimedBy(const List<const Claim*>& holders);
  void answerFree(bool all);

  ClientOptions options_;
  Session session_;
  Store store_;
  Claims claims_;
  Snapshots snapshots_;
  Map<std::string, OwnClaim> own_;
  Requests requests_;

  List<std::string> blocks_;         // came, and wait for the message that says what they are
  uint64_t took_ = 0, weighed_ = 0;  // bytes the store had when it was last asked, and bytes that came since
  double cursor_ = -1;
  double loadedAt_ = 0;  // the cursor that the last fresh load brought
  double head_ = 0;      // how far the log had come when this connection began
  std::string epoch_, organization_;
  Json actor_;
  bool loadedOnce_ = false;                       // the workspace is here (or was, and is being caught up)
  double mostCommits_ = 0, mostCommitBytes_ = 0;  // the server takes without having answered
  bool resuming_ = false;  // a gap was seen; frames are left aside until the server answers the greeting
  uint32_t resumes_ = 0;
  double serverAhead_ = 0;    // ms by which the server's clock is ahead of this one
  double offlineSince_ = -1;  // negative: not offline
  double tokenLasts_ = -1;    // until when the token is good, by this clock
  bool tokenReused_ = false;  // the connection was made with the token of the one before
  std::optional<Error> problem_;

  uint32_t lastCommit_ = 0;
  List<List<Seen>> seen_;  // by model, and number of the id's text
  List<Revision> revisions_;
  double wake_ = -1;
  bool statusChanged_ = false;
  List<News> news_;
  List<Effect> effects_;
  Frame frame_;
};

}  // namespace ablo
