// SPDX-License-Identifier: MIT
//
// npm run sim:mutants: plants one bug after the other in a copy of the sources, and runs the simulator until it finds it. A
// bug that is not found within so many histories means that a fault, a check or a workload is missing. The last line is the
// figure as JSON.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
const copy = join(root, 'build/mutants');

const commit = 'tests/sim/commit.cpp';
const functions = 'tests/sim/functions.cpp';
const database = 'tests/sim/database.h';
const person = 'tests/sim/person.h';
const session = 'wasm/core/src/session';
const hub = 'wasm/core/src/hub';

/** Each edit is [file, what is there, what is there instead]. */
const mutants = {
  'no idempotency check': [
    [commit, 'receipts_.push_back(outcomeOf(commit, sees));', 'receipts_.push_back(Json());'],
    [commit, 'if (fresh_[n] && !outcomeOf(commits_[n], sees).isNull()) return true;', ''],
  ],
  'the receipt in a transaction of its own': [
    [commit, 'work.receipts.push_back({actorOf(commits_[n])', 'later_.push_back({actorOf(commits_[n])'],
    [commit, '  Database& db_;\n  const Backend who_;', '  std::vector<Receipt> later_;\n  Database& db_;\n  const Backend who_;'],
    [
      commit,
      '    head_ = seq;\n  }',
      `    head_ = seq;
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
  'the seq taken at BEGIN': [
    [commit, 'record(static_cast<double>(sees.log));  // 7', 'record(seen);  // 7'],
    [commit, 'const Wait locked = co_await db_.locks.lock(who_, kLogLock, kLong);', 'const Wait locked = Wait::granted;'],
  ],
  'the stale check before the transaction': [
    [
      commit,
      '    if (co_await lockTargets() != End::answered) co_return End::blocked;  // 2 rows\n\n    sees = co_await db_.statement(who_);',
      '    if (co_await lockTargets() != End::answered) co_return End::blocked;  // 2 rows\n',
    ],
    [commit, 'if (static_cast<double>(sees.log) == seen) return false;', 'return false;'],
  ],
  'the stale check in the same statement as the lock': [
    [
      commit,
      '    if (co_await lockTargets() != End::answered) co_return End::blocked;  // 2 rows\n\n    sees = co_await db_.statement(who_);',
      '    sees = co_await db_.statement(who_);\n    if (co_await lockTargets() != End::answered) co_return End::blocked;',
    ],
    [commit, 'if (static_cast<double>(sees.log) == seen) return false;', 'return false;'],
  ],
  'the counter before the rows': [
    [
      commit,
      '    Snapshot sees = co_await db_.statement(who_);\n    decide(sees);',
      '    if (co_await db_.locks.lock(who_, kLogLock, kLong) != Wait::granted) co_return End::blocked;\n    Snapshot sees = co_await db_.statement(who_);\n    decide(sees);',
    ],
  ],
  'the cascade suppressed': [['tests/sim/capture.cpp', 'db.transaction(who).captured.push_back({note, now, cause});', '']],
  'rejections not recorded': [
    [commit, 'if (!fresh_[n]) continue;', 'if (!fresh_[n] || receipts_[n].text("status") == "rejected") continue;'],
  ],
  'a page that splits a commit': [
    [functions, 'while (to > from && to < sees.log && db.log[to]', 'while (to == 0 && db.log[to]'],
    [functions, 'static_cast<std::size_t>(input.number("limit"));', '3;'],
  ],
  'the answer before COMMIT': [
    [
      database,
      '    agenda_.in(0, [this, who, answer] { end(who, answer); });\n    co_return std::nullopt;',
      '    running_.at(who).ended(answer ? &*answer : nullptr);\n    running_.at(who).ended = [](const Json*) {};\n    agenda_.in(5, [this, who, answer] { end(who, answer); });\n    co_return std::nullopt;',
    ],
  ],
  'a queued write removed when it is sent': [
    [person, '    pending_.push_back(place);\n', '    pending_.push_back(place);\n    std::erase(disk_, place);\n'],
  ],
  'the cursor kept before the rows': [
    ['tests/core/stored_image.h', '    manifest_ = std::move(image.manifest);\n', '    manifest_ = std::move(image.manifest);\n    if (!parts_.empty()) return;\n'],
  ],
  'the overlay dropped on the receipt': [
    [`${session}/commit.cpp`, 'if (commit->seq <= cursor_) advance', 'if (commit->seq > 0) advance'],
  ],
  'a rejection that restores what was': [
    ['wasm/core/src/store/store.cpp', '    refold(operation.model, slot, std::move(base));\n  }\n  pending_.remove(key);', '    show(operation.model, slot, base);\n  }\n  pending_.remove(key);'],
  ],
  'an older change over a newer row': [
    [`${session}/receive.cpp`, '  if (resuming_ || to <= cursor_) return;\n  if (from != cursor_) {', '  if (resuming_) return;\n  if (from > cursor_) {'],
  ],
  'a key that another server decided meanwhile': [
    [commit, 'if (fresh_[n] && !outcomeOf(commits_[n], sees).isNull()) return true;', ''],
  ],
  'another key for each try': [
    [`${session}/commit.cpp`, 'case CommitLife::Effect::send: send(commit.message); break;', 'case CommitLife::Effect::send: { send(commit.message); const auto at = commit.message.find("\\"key\\":\\"") + 7; commit.message.insert(at, "x"); break; }'],
  ],
  'commits of one client side by side': [
    [`${hub}/commit_queue.cpp`, 'if (lanes_.count(commit.lane)) return false;', ''],
  ],
  'rows of a flight not reserved': [
    [`${hub}/commit_queue.cpp`, '    for (const Commit& commit : flight.commits) reserved.all(commit);', '    for (const Commit& commit : flight.commits) (void)commit;'],
    [`${hub}/commit_queue.cpp`, 'if (batchInFlight && std::all_of(waiting_.begin(), waiting_.end(), isTogether)) return departed;', 'batchInFlight = false;'],
  ],
  'an unknown outcome told as a rejection': [
    [`${hub}/organization.cpp`, '  if (!verdicts) {\n', '  if (!verdicts) {\n    for (const Commit& commit : queue_.land(number).commits) reject(commit.socket, commit.name, Error::of(ErrorCode::database_unreachable));\n    return depart();\n'],
  ],
  'the stream before the load': [
    [`${hub}/stream.cpp`, 'if (subscriberStep(subscriber.state, SubscriberEvent::published).action != SubscriberAction::accept) continue;', 'if (subscriber.state == SubscriberState::greeting) continue;'],
  ],
  'a gap between the load and the stream': [
    [`${hub}/audience.cpp`, 'take(subscriber, load->seq() >= stream_.published() ? Event::level : Event::behind)', 'take(subscriber, Event::level)'],
  ],
  'a gap between the catch-up and the stream, taken': [
    [`${hub}/audience.cpp`, '  const bool level = page->to >= stream_.published();', '  const bool level = true;'],
    [`${session}/receive.cpp`, '  if (from != cursor_) {', '  if (from < 0) {'],
  ],
  'a log that was trimmed, followed over the gap': [[`${hub}/audience.cpp`, 'if (another || page->trimmed ||', 'if (another ||']],
  'a cursor carried into another log': [[`${session}/receive.cpp`, 'cursor_ = -1;  // it leads nowhere', ';  // it leads nowhere']],
  'what the last log had accepted, not asked again': [[`${session}/receive.cpp`, 'advance(*commit, CommitLife::Event::replaced);', '']],
};

const { values } = parseArgs({ options: { histories: { type: 'string' }, only: { type: 'string' } } });
const most = Number(values.histories ?? 2000);

/** However it is laid out. */
const placeOf = (text) => {
  const words = text.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(words.join('\\s+'));
};

function build() {
  const built = spawnSync('cmake', ['--build', 'build/dev', '-j2', '--target', 'sim'], { cwd: copy, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stdout.slice(-3000));
}

/** What is there already as it is keeps its time, or all of it would be built again. */
function differs(from, to) {
  return statSync(from).isDirectory() || !existsSync(to) || !readFileSync(from).equals(readFileSync(to));
}

mkdirSync(copy, { recursive: true });
for (const part of ['CMakeLists.txt', 'CMakePresets.json', 'wasm', 'tests/sim', 'tests/core', 'tests/fuzz', 'tests/conformance'])
  cpSync(join(root, part), join(copy, part), { recursive: true, filter: differs });
for (const file of readdirSync(join(copy, 'tests/sim')))
  if (!existsSync(join(root, 'tests/sim', file))) rmSync(join(copy, 'tests/sim', file)); // it was renamed
execFileSync('cmake', ['--preset', 'dev', '-DCMAKE_CXX_FLAGS=-w'], { cwd: copy, stdio: 'ignore' }); // what a bug leaves unused
build();

const found = {};
const missed = [];
for (const [name, edits] of Object.entries(mutants)) {
  if (values.only && !name.includes(values.only)) continue;
  const before = new Map();
  for (const [file, there, instead] of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!before.has(path)) before.set(path, text);
    const place = placeOf(there);
    if (!place.test(text)) throw new Error(`${name}: ${file} has no such place any more:\n${there}`);
    writeFileSync(path, text.replace(place, () => instead));
  }
  build();
  const ran = spawnSync(join(copy, 'build/dev/sim'), ['--histories', String(most)], { encoding: 'utf8', timeout: 300_000 });
  if (ran.status !== 0 && ran.status !== 1) throw new Error(`${name}: the simulator ended with ${ran.signal ?? ran.status}`);
  const [, seed, wrong] = /^seed (\d+): (.*)$/m.exec(ran.stdout) ?? [];
  if (seed) found[name] = Number(seed);
  else missed.push(name);
  console.log(`${name.padEnd(52)} ${seed ? `seed ${seed}: ${wrong.slice(0, 110)}` : 'NOT FOUND'}`);
  for (const [path, text] of before) writeFileSync(path, text);
}
console.log(
  JSON.stringify({
    figure: 'sim:mutants',
    holds: missed.length === 0,
    values: { planted: Object.keys(found).length + missed.length, found: Object.keys(found).length, seeds: found, missed },
    bounds: { missed: [] },
  }),
);
process.exitCode = missed.length === 0 ? 0 : 1;
