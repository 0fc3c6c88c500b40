// SPDX-License-Identifier: MIT
//
// The bugs that mutants.mjs plants. Each edit is [file, what is there, what is there instead]; only the first place is
// replaced, however it is laid out.
const commit = 'tests/sim/commit.cpp';
const guards = 'tests/sim/guards.cpp';
const functions = 'tests/sim/functions.cpp';
const claim = 'tests/sim/claims.cpp';
const database = 'tests/sim/database.h';
const person = 'tests/sim/person.cpp';
const image = 'tests/core/stored_image.h';
const store = 'wasm/core/src/store/store.cpp';
const session = 'wasm/core/src/session';
const hub = 'wasm/core/src/hub';

const judged = 'if (db_.head(who_, sees) == seen_ && !isLate()) return false;';
const lockedRows = 'if (co_await lockTargets() != End::answered) co_return End::blocked;  // 2 rows';
const checked = 'if (co_await check() != Wait::granted) co_return End::blocked;  // 3 checks';
const keyDecided = 'if (fresh_[n] && !outcomeOf(commits_[n], sees).isNull()) return true;';

/** Keys: each write takes effect once, and is told one outcome. */
const keys = {
  'no idempotency check': [
    [commit, 'receipts_.push_back(outcomeOf(commit, sees));', 'receipts_.push_back(Json());'],
    [commit, keyDecided, ''],
  ],
  'the receipt in a transaction of its own': [
    [commit, 'work.receipts.push_back({actorOf(commits_[n])', 'later_.push_back({actorOf(commits_[n])'],
    [commit, '  Database& db_;\n  const Backend who_;', '  std::vector<Receipt> later_;\n  Database& db_;\n  const Backend who_;'],
    [
      commit,
      'head_ = seq;\n  }',
      `head_ = seq;
    db_.run([later = later_](Database& db, Backend who) { return receiptsLater(db, who, later); }, [](const Json*) {});
  }`,
    ],
    [
      commit,
      '/// One batch of commits on its way',
      `Task<std::optional<Json>> receiptsLater(Database& db, Backend who, std::vector<Receipt> receipts) {
  co_await db.pause(who, 20);
  db.transaction(who).receipts = receipts;
  co_return Json::object();
}
/// One batch of commits on its way`,
    ],
  ],
  'rejections not recorded': [
    [commit, 'if (!fresh_[n]) continue;', 'if (!fresh_[n] || receipts_[n].text("status") == "rejected") continue;'],
  ],
  'a key that another server decided meanwhile': [[commit, keyDecided, '']],
  'the answer before COMMIT': [
    [
      database,
      '    agenda_.in(0, [this, who, answer] { end(who, answer); });\n    co_return std::nullopt;',
      '    running_.at(who).ended(answer ? &*answer : nullptr);\n    running_.at(who).ended = [](const Json*) {};\n    agenda_.in(5, [this, who, answer] { end(who, answer); });\n    co_return std::nullopt;',
    ],
  ],
  'a refused commit that is there in part': [[commit, 'db_.rollBack(who_, savepoint);\n entries_ = entries;', 'db_.rollBack(who_, savepoint);']],
  'an unknown outcome told as a rejection': [
    [`${hub}/organization.cpp`, '  if (!verdicts) {\n', '  if (!verdicts) {\n    for (const Commit& commit : queue_.land(number).commits) reject(commit.socket, commit.name, Error::of(ErrorCode::database_unreachable));\n    return depart(now);\n'],
  ],
  'what waits dropped with its socket': [
    [
      `${hub}/commit_queue.cpp`,
      'return remove(lane, [&](const Commit& commit) { return commit.socket < newest; });',
      `std::vector<std::string> names;
       for (const auto& [name, own] : lanes_) names.push_back(name);
       for (const std::string& name : names) remove(name, [&](const Commit&) { return newest > 0; });
       return {};`,
    ],
  ],
  'copies of what waits, kept': [[`${hub}/organization.cpp`, 'if (from.commits == 0)', 'if (from.commits > 0 && false)']],
  'more sent at once than the server takes': [[`${session}/commit.cpp`, 'if (commits >= mostCommits_ || bytes >= mostCommitBytes_) return;', '']],
  'another key for each try': [
    [`${session}/commit.cpp`, 'case CommitLife::Effect::send: send(commit.message); break;', 'case CommitLife::Effect::send: { send(commit.message); const auto at = commit.message.find("\\"key\\":\\"") + 7; commit.message.insert(at, "x"); break; }'],
  ],
  'a queued write removed when it is sent': [[person, 'pending_.emplace_back(place, *number);', 'pending_.emplace_back(place, *number);\n    std::erase(disk_, place);']],
};

/** Order: of one writer, of one row, of the log. */
const order = {
  'the seq taken at BEGIN': [
    [commit, 'record(db_.head(who_, sees));  // 7', 'record(seen_);  // 7'],
    [commit, 'const Wait locked = co_await db_.locks.lock(who_, kLogLock, kLong);  // 5', 'const Wait locked = Wait::granted;  // 5'],
  ],
  'the counter before the rows': [
    [commit, 'Snapshot sees = co_await db_.statement(who_);\n    decide(sees);', 'if (co_await db_.locks.lock(who_, kLogLock, kLong) != Wait::granted) co_return End::blocked;\n    Snapshot sees = co_await db_.statement(who_);\n    decide(sees);'],
  ],
  'the cascade suppressed': [['tests/sim/capture.cpp', 'db.transaction(who).captured.push_back({note, now, cause});', '']],
  'a commit that overtakes a blocked one of its session': [[commit, 'if (receipt.isNull() && blockedSessions.count(session)) receipt = behind();', '']],
  'commits of one client side by side': [[`${hub}/commit_queue.cpp`, 'if (lane.inFlight > 0) return false;', '']],
  'a commit behind others put back at the end': [[`${hub}/commit_queue.h`, 'void again(Commit commit) { put(', 'void again(Commit commit) { commit.place = ++lastPlace_; put(']],
  'a commit refused behind others, and not recorded': [[commit, 'if (fresh_[n]) receipts_[n] = verdicts[n];', 'if (fresh_[n]) receipts_[n] = verdicts[n], fresh_[n] = false;']],
  'a blocked commit put back at the end': [[`${hub}/commit_queue.cpp`, 'lane.waiting.insert(std::upper_bound(lane.waiting.begin(), lane.waiting.end(), commit.place, behind), std::move(commit));', 'static_cast<void>(behind);\n  lane.waiting.push_back(std::move(commit));']],
  'a hello that waited, not heard': [[`${hub}/hub.cpp`, 'receive(call.socket, std::exchange(subscriber->unheard, {}), now);', 'subscriber->unheard.clear();']],
};

/** Guards: what a write goes by still holds when it takes effect. */
const premises = {
  'the stale check before the transaction': [
    [commit, `${lockedRows}\n\n    ${checked}`, `${checked}\n    co_await db_.pause(who_, 20);\n    ${lockedRows}`],
    [commit, judged, 'return false;'],
  ],
  'the stale check in the same statement as the lock': [
    [commit, `${lockedRows}\n\n    ${checked}`, `${checked}\n    ${lockedRows}`],
    [commit, judged, 'return false;'],
  ],
  'a premise checked before the counter only': [[commit, judged, 'return false;']],
  'crossing reads in one batch': [
    [`${hub}/commit.cpp`, 'commit.rows.push_back(model.key + "\\n" + std::string(read.text("id")));', ''],
    [commit, 'names.push_back(lockName(rowOf(premise)));', '{}'],
  ],
  'a read that the hub does not judge': [[`${hub}/commit.cpp`, 'premises.push(std::move(*premise));', 'if (premise->text("onStale") == "flag") premises.push(std::move(*premise));']],
  'a basis not looked at': [[guards, 'const double basis = basisOf(db, who, commit, sees);', 'const double basis = kNever;']],
  'a basis that was refused': [[guards, 'if (done.answer.text("status") == "rejected" ||', 'if (done.answer.text("status") == "rejected") continue;\n      if (']],
  'a basis that met changes of others': [[guards, '|| done.answer.find("notifications")) return -1;', ') return -1;']],
  'the place of a basis': [[guards, 'std::min(readAt, premise.number("readAt"))', 'premise.number("readAt")']],
  'a basis not named': [[`${session}/guards.cpp`, 'if (meet(*before, operation)) base(commit);', 'if (commit->attempt == 0 && meet(*before, operation)) base(commit);']],
  'a basis that the hub leaves out': [[`${hub}/commit.cpp`, '{"epoch", "basedOn", "claims"}', '{"epoch", "claims"}']],
  'what was read and taken back, forgotten': [[`${session}/receive.cpp`, 'takeBack(*commit);\n  if', 'if']],
  'what was read in the last log, kept': [[`${session}/receive.cpp`, 'takeAllBack();', '']],
  'an automatic guard that goes by the cursor': [[`${session}/guards.cpp`, 'return current || !one ? cursor_ : one->at;', 'return cursor_;']],
  'an update made anew without a guard': [[`${session}/guards.cpp`, 'const bool asRead = revises ||', 'const bool asRead =']],
  'a guard without its epoch': [[`${session}/guards.cpp`, 'else if (guarded && (held || !epoch_.empty()))', 'else if (guarded && held)']],
  'an epoch that the database does not compare': [[guards, 'epoch && epoch->asString() != db.epoch;', 'false;']],
  'a trimmed log judged as unchanged': [
    [guards, '(std::min(basis, premise.number("readAt")) < db.trimmed || replaced)', 'replaced'],
    [guards, 'std::max(since, std::min(', 'std::max(std::max(since, db.trimmed), std::min('],
  ],
  'a merge that writes what changed': [[guards, 'if (!conflict->fields.count(std::string(member.name.asString())))', '']],
  'a merge into a row that was deleted': [[guards, 'if (!conflict->whole && !data', 'if (!data']],
  'a query blind to what others write': [[guards, 'concerns(entry, asked->items()[0].asString())) continue;', 'concerns(entry, asked->items()[0].asString())) continue;\n      if (asked && entry.find("actor")->text("kind") == "system") continue;']],
  'a query blind to rows that left it': [[guards, 'concerns(entry, asked->items()[0].asString())) continue;', 'concerns(entry, asked->items()[0].asString())) continue;\n      if (const Json* after = entry.find("after"); asked && !(after && after->text("status") == asked->items()[0].asString())) continue;']],
  'a query judged beside what is written to its model': [
    [`${hub}/commit_queue.cpp`, '!isFree(commit, *at.second, ahead) || goesByOneOf(batch, commit)', '!isFree(commit, *at.second, ahead)'],
    [commit, 'follows |= written.count(premise.text("model")) > 0;', 'follows |= false;'],
  ],
  'a premise that a row appeared under, kept': [[guards, 'if (!asked && !isOf(entry, rowOf(premise))) continue;', 'if ((!asked && !isOf(entry, rowOf(premise))) || entry.text("op") == "create") continue;']],
  'a premise blind to what others write': [[guards, 'if (!asked && !isOf(entry, rowOf(premise))) continue;', 'if ((!asked && !isOf(entry, rowOf(premise))) || entry.find("actor")->text("kind") == "system") continue;']],
  'a guard that falls by its own session': [[guards, 'if (entry.text("session") == commit.text("session") && !commit.text("session").empty() && entry.number("seq") > premise.number("readAt")) continue;', '']],
};

/** Tries: what is made anew. */
const tries = {
  'a retry under the same attempt': [[`${session}/revise.cpp`, 'commit.attempt + 1, lastCommit_', 'commit.attempt, lastCommit_']],
  'a retry before what it missed is here': [[`${session}/revise.cpp`, '|| cursor_ < revision.seq) return false;', ') return false;']],
  'a retry that is not counted': [[`${session}/revise.cpp`, 'commit.retries - 1', 'commit.retries']],
  'a retry that nobody ends': [[`${session}/conversation.cpp`, 'endRevisions(error);', '']],
  'a receipt applied to another attempt': [[`${session}/receive.cpp`, '|| message.number("attempt") != commit->attempt) return;', ') return;']],
};

/** Pages: what is shown, and kept. */
const pages = {
  'a page that splits a commit': [
    [functions, 'while (to > from && to < sees.log && db.splitsCommit(to)) ++to;', ''],
    [functions, 'static_cast<std::size_t>(input.number("limit"));', '3;'],
  ],
  'the cursor kept before the rows': [[image, 'manifest_ = std::move(image.manifest);', 'manifest_ = std::move(image.manifest);\n    if (!parts_.empty()) return;']],
  'the overlay dropped on the receipt': [[`${session}/commit.cpp`, 'if (commit->seq <= cursor_) advance', 'if (commit->seq > 0) advance']],
  'a rejection that restores what was': [[store, 'refold(operation.model, slot, std::move(base));\n  }\n  pending_.remove(key);', 'show(operation.model, slot, base);\n  }\n  pending_.remove(key);']],
  'an older change over a newer row': [[`${session}/receive.cpp`, 'if (resuming_ || to <= cursor_) return;\n  if (from != cursor_) {', 'if (resuming_) return;\n  if (from > cursor_) {']],
  'the stream before the load': [
    [`${hub}/stream.cpp`, 'if (subscriberStep(subscriber.state, SubscriberEvent::published).action != SubscriberAction::accept) continue;', 'if (subscriber.state == SubscriberState::greeting) continue;'],
  ],
  'a gap between the load and the stream': [[`${hub}/audience.cpp`, 'take(subscriber, load.seq() >= stream_.published() ? Event::level : Event::behind)', 'take(subscriber, Event::level)']],
  'a workspace given to who came while it was read': [
    [`${hub}/workspace.h`, 'return round_ + 1;', 'return state_ == State::idle ? round_ + 1 : round_;'],
  ],
  'a workspace kept although the log went on': [[functions, 'have->number("seq") == head', 'have->number("seq") <= head']],
  'a page offered by the way over one that is being read': [
    [`${hub}/stream.cpp`, 'known() && !asking_ && page.epoch == epoch_', 'known() && page.epoch == epoch_'],
  ],
  'a gap between the catch-up and the stream, taken': [
    [`${hub}/audience.cpp`, 'const bool level = page->to >= stream_.published();', 'const bool level = true;'],
    [`${session}/receive.cpp`, 'if (from != cursor_) {', 'if (from < 0) {'],
  ],
};

/** Queries of those who load what they name. */
const queries = {
  'an answer that overtakes the stream': [[`${hub}/audience.cpp`, 'if (answer.seq <= subscriber.cursor)', 'if (answer.seq >= 0)']],
  'an answer over what the log has said since': [[store, 'said != said_.end() && said->second > seq) continue;', 'said != said_.end() && said->second < 0) continue;']],
  'rows that no answer named, kept': [
    ['wasm/core/src/store/held.cpp', 'if (holds_ && !query.limit && query.offset == 0) letGo(&query);', ''],
    ['wasm/core/src/store/held.cpp', 'letGo(nullptr);', ''],
  ],
};

/** What is said that should not be, and what comes damaged. */
const nonsense = {
  'bytes that nobody checks': [['wasm/core/src/codec/block.cpp', 'if (head.checksum != checksumOf(head, body)) return damaged("Its checksum is wrong.");', '']],
  'a commit that nobody is allowed': [[`${hub}/commit.cpp`, 'if (identity.may(model.key, needed)) return Nothing{};', 'if (!needed.empty()) return Nothing{};']],
  'a read that is not allowed': [[`${hub}/commit.cpp`, 'if (!identity.may(model.key, "read")) return forbidden(model, "read");\n  if (read', 'if (read']],
  'a write that is refused and shown': [[`${session}/commit.cpp`, 'if (!named.empty() && !found)', 'if (false)']],
};

/** What a page is told of what it shows, and of what it relies on. */
const news = {
  'a result that changed, not told': [[store, 'frame.word(static_cast<uint32_t>(Client::Record::query))', 'if (changed.version % 3 != 0) frame.word(static_cast<uint32_t>(Client::Record::query))']],
  'a premise that fell, not told': [['wasm/core/src/coordination/snapshots.cpp', 'fallen_.push_back({', 'if (read.query) fallen_.push_back({']],
  'a premise that fell by its own session': [[`${session}/receive.cpp`, 'if (change.text("session") != options_.session) {', 'if (change.text("session") != "") {']],
};

/** Logs that were trimmed, or replaced. */
const logs = {
  'a log that was trimmed, followed over the gap': [[`${hub}/audience.cpp`, 'if (another || page->trimmed ||', 'if (another ||']],
  'a replaced log that nobody doubts': [[`${hub}/stream.cpp`, 'if (head < published_ || now - askedAt_ >= kTrust) doubted_ = true;', '']],
  'a replaced log that has grown as long, followed': [
    [`${hub}/audience.cpp`, 'if (page->epoch != stream_.epoch() || page->head < stream_.published())', 'if (page->head < stream_.published())'],
    [`${hub}/audience.cpp`, 'if (stream_.epoch() != epoch) startOver(', 'if (stream_.epoch().empty()) startOver('],
  ],
  'a cursor carried into another log': [[`${session}/receive.cpp`, 'cursor_ = -1;  // it leads nowhere', ';  // it leads nowhere']],
  'what the last log had accepted, not asked again': [[`${session}/receive.cpp`, 'advance(*commit, CommitLife::Event::replaced);', '']],
  'the epoch kept when another log is greeted': [[`${session}/receive.cpp`, '  epoch_ = epoch;', '  if (epoch_.empty()) epoch_ = epoch;']],
};

const claimJudged = 'if (Json verdict = claimVerdict(db, who, commit); !verdict.isNull()) return verdict;';

/** Claims: who holds a row is the only one to write to it, and it is given in the order in which it was asked for. */
const claims = {
  'a commit that no fence is asked of': [[claim, 'if (const Json* mine = commit.find("claims"))', 'if (const Json* mine = commit.find("fences"))']],
  'a claim checked outside the transaction': [
    [guards, claimJudged, ''],
    [commit, 'receipts_.push_back(outcomeOf(commit, sees));', 'receipts_.push_back(outcomeOf(commit, sees).isNull() ? claimVerdict(db_, who_, commit) : outcomeOf(commit, sees));'],
  ],
  'a claim checked before the counter only': [[guards, claimJudged, 'if (Json verdict = claimVerdict(db, who, commit); !verdict.isNull() && since == 0) return verdict;']],
  'a claim of others that is no obstacle': [[claim, 'if (touched) held.emplace(claim.id, claimObject(claim));', '']],
  'a part of a row, claimed, and the row deleted': [[claim, 'claim.fields.empty() || operation.text("op") != "update" ||', 'claim.fields.empty() ||']],
  'a claim that lapsed, and nobody has been told, written over': [
    [claim, 'if (touched) held.emplace', 'if (touched && claim.expiresAt > db.now()) held.emplace'],
    [claim, 'late |= touched && claim.expiresAt <= db.now();', ''],
  ],
  'a claim that never lapses': [[claim, 'if (claim.expiresAt > db.now()) continue;', 'if (claim.expiresAt > 0) continue;']],
  'a claim that lapses too early': [[claim, 'if (claim.expiresAt > db.now()) continue;', 'if (claim.expiresAt > db.now() + 50) continue;']],
  'a claim renewed after its time': [[claim, 'if (!claim.lives() || claim.expiresAt <= db.now()) continue;', 'if (!claim.lives()) continue;']],
  'a grant that passes an older claim': [[claim, '|| (other.ticket < claim.ticket && !holds))', ')']],
  'two who hold the same part of a row': [['tests/sim/claims.h', 'return std::any_of(these.begin(), these.end(), [&](const std::string& field) { return those.count(field) > 0; });', 'return false;']],
  'a line that nobody puts in another order': [[claim, 'db.write(who, waiting[i]);', '']],
  'a release that lets nobody else have it': [[claim, 'if (co_await settle(db, who, claim.row) != Wait::granted) co_return std::nullopt;', '']],
  'a claim of a row that was deleted': [[commit, 'if (entry.text("op") == "delete") deleted.push_back(rowOf(entry));', 'static_cast<void>(entry);']],
  'a claim asked for twice, that is two': [[claim, 'if (const Claim* known = db.claim(who, asked.id)) {', 'if (const Claim* known = nullptr) {']],
  'a fence that is given twice': [[claim, 'const double fence = ++db.fences;', 'const double fence = db.fences + 1;']],
  'fences that begin anew after a crash': [[database, 'fences += kLogged;\n auto gone', 'fences = 0;\n auto gone']],
  'claims that a crash of the database ends': [[database, 'fences += kLogged;\n auto gone', 'for (auto& [id, claim] : claims) claim.status = "expired";\n auto gone']],
  'a load without claims': [[functions, '{"claims", liveClaims(db)}, {"models"', '{"claims", Json::array()}, {"models"']],
  'a grant announced before it is in the log': [[`${session}/receive.cpp`, 'else if (claims_.find(claim->text("id")))\n      consider(', 'else\n      claims_.apply(*claim), consider(']],
  'claims lost with a connection': [[`${session}/conversation.cpp`, 'void Client::Impl::closed(int code, std::string_view reason, double now) {', 'void Client::Impl::closed(int code, std::string_view reason, double now) {\n  advanceClaims(OwnClaim::Event::ended, now);']],
  'a claim not asked for again': [['wasm/core/src/coordination/own_claim.cpp', '{{S::asked, E::ask}, {S::held, E::grant}', '{{S::asked}, {S::held, E::grant}']],
  'a claim that another log does not know, waited for': [[`${session}/receive.cpp`, 'if (again || own.state', 'if (own.state']],
  'a claim that its holder does not renew': [[`${session}/deadlines.cpp`, 'if (!due.items().empty()) send', 'if (due.items().size() > 100) send']],
  'a claim given back before the writes under it': [[`${session}/coordinate.cpp`, 'live && !store_.pending().underClaim(id))', 'live)']],
  'who waits until a row is free, forgotten': [[`${session}/receive.cpp`, 'answerFree(!wasTold);', '']],
  'a row that is free as soon as somebody waits for it': [[`${session}/intents.cpp`, 'if (claim->active && !(request.others && isOurs))', 'if (claim->active && claim->position > 0 && !(request.others && isOurs))']],
  'a row that is free as an image tells it': [[`${session}/intents.cpp`, 'return session_.state() == Session::State::live && !resuming_ && cursor_ >= head_;', 'return cursor_ >= 0;']],
  'a row that is free before the news of it is here': [[`${session}/intents.cpp`, 'Session::State::live && !resuming_ && cursor_ >= head_;', 'Session::State::live && !resuming_;']],
  'what others wrote over a claim, written over': [[`${session}/guards.cpp`, 'if (own.readAt < 0) own.readAt = readWhenGranted(store_.schema(), claims, json.text("claim"), operation);', '']],
  'a claim not renewed while writes are under way': [['wasm/core/src/coordination/own_claim.h', '|| state == State::leaving; }', '; }']],
  'some of several rows kept when another is not to be had': [[`${session}/coordinate.cpp`, 'advance(other, OwnClaim::Event::released, now);', '']],
  'a write out of the queue, without its claims': [[`${session}/commit.cpp`, 'if (const Json* known = json->find("claims"))', 'if (const Json* known = json->find("fences"))']],
  'a loss that nobody is told of': [[`${session}/coordinate.cpp`, 'effects_.push_back({Record::lost, id}); break;', 'break;']],
  'a renewal too many, that closes the socket': [
    [`${hub}/organization.cpp`, 'if (purpose != Purpose::renew) refuse(', 'if (purpose == Purpose::renew) audience.refuse(subscriber.socket, Error::of(ErrorCode::too_much_unanswered), CloseCode::tooMuch);\n  else refuse('],
  ],
};

export const bugs = { ...keys, ...order, ...premises, ...tries, ...pages, ...queries, ...nonsense, ...news, ...logs, ...claims };

/** Found once in some thousands of histories, or ten thousands; each has a test of its own in tests/core or tests/server. */
export const rare = {
  'a query blind to rows that appeared': [[guards, 'concerns(entry, asked->items()[0].asString())) continue;', 'concerns(entry, asked->items()[0].asString())) continue;\n      if (asked && entry.text("op") == "create") continue;']],
  'what was granted in a log that was replaced': [[`${hub}/organization.cpp`, 'if (!audience.follows(call.turn)) {', 'if (call.turn == 4294967295u) {']],
  'several rows claimed in the order in which they are named': [
    [`${session}/coordinate.cpp`, 'return std::pair(a.text("model"), a.text("id")) < std::pair(b.text("model"), b.text("id"));', 'return a.text("claim") < b.text("claim");'],
  ],
  'a claim that nobody waits for any more': [[`${session}/coordinate.cpp`, 'else if (!own_.contains(id) &&', 'else if (id.empty() &&']],
  'a claim that lapsed, and is written under': [[claim, 'late |= claim->expiresAt <= db.now();', '']],
  'a refusal for a held row not recorded': [[commit, 'receipt = failed("row_locked");\n db.transaction(who)', 'receipt = failed("row_locked");\n Transaction()']],
  'what was read of a write that gave way, kept': [[`${session}/guards.cpp`, '|| !commit->notifications.empty())', ')']],
  'what was there before the last load, gone by': [[`${session}/guards.cpp`, 'held ? std::string_view() : epoch_', 'epoch_']],
  'what was read under a write that had landed, kept': [[`${session}/commit.cpp`, 'takeBack(commit, true);', '']],
  'a guard that its own session never meets': [[guards, '&& entry.number("seq") > premise.number("readAt"))', ')']],
  'what is held since the last load, kept in an image': [['wasm/core/src/store/table.cpp', 'if (held(slot)) return;', '']],
  'what is held since the last load, left in an image': [['wasm/core/src/store/held.cpp', 'table(model).baseChanged(slot);', '']],
  'an answer older than the last load': [[`${session}/receive.cpp`, 'message.number("seq") < loadedAt_', 'message.number("seq") < 0']],
};
