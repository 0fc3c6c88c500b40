// SPDX-License-Identifier: MIT
#include "query/live.h"

#include <algorithm>
#include <utility>

namespace ablo {

namespace {

constexpr std::size_t kSpare = 64, kMostSpare = 65'536;  // rows kept beyond the last one that is wanted
constexpr std::size_t kShort = 4096;                     // rows of a result that are gone through to see what is new
constexpr std::size_t kMostEdits = 32;                   // words of them: beyond, the whole result is given
constexpr std::size_t kManyValues = 16;                  // asked for of one field: an index of it pays

}  // namespace

std::span<const uint32_t> LiveQueries::Entry::shown() const {
  const std::size_t end = std::min(wanted(), window.size());
  const std::size_t begin = std::min<std::size_t>(query.offset, end);
  return {window.data() + begin, end - begin};
}

uint32_t LiveQueries::open(std::string text, Query query) {
  if (const auto found = byText_.find(text); found != byText_.end()) {
    ++entries_[found->second].opened;
    return found->second;
  }
  const uint32_t number = ++last_;
  Entry& entry = entries_[number];
  entry.number = number;
  entry.text = text;
  entry.query = std::move(query);
  byText_[text] = number;
  anchor(entry);
  home(entry).push_back(&entry);
  refresh(entry);
  entry.toldCount = entry.matching;
  return number;
}

void LiveQueries::close(uint32_t number) {
  const auto found = entries_.find(number);
  if (found == entries_.end() || --found->second.opened > 0) return;
  Entry& entry = found->second;
  eraseIf(home(entry), [&](const Entry* other) { return other == &entry; });
  if (entry.symbol != Strings::kNone) {
    auto& anchored = open_[entry.query.model].anchored;
    auto& values = anchored[entry.anchor].values;
    if (values[entry.symbol].empty()) values.erase(entry.symbol);
    if (values.size() < kManyValues) anchored[entry.anchor].postings.reset();
    if (values.empty()) anchored.erase(entry.anchor);
    strings_.release(entry.symbol);
  }
  byText_.erase(entry.text);
  entries_.erase(number);
}

int LiveQueries::model(uint32_t number) const {
  const auto found = entries_.find(number);
  return found == entries_.end() ? -1 : found->second.query.model;
}

/// How many queries are found under that value.
std::size_t LiveQueries::howManyAsk(int model, int field, std::string_view value) const {
  const auto open = open_.find(model);
  if (open == open_.end()) return 0;
  const auto anchored = open->second.anchored.find(field);
  if (anchored == open->second.anchored.end()) return 0;
  const auto asking = anchored->second.values.find(strings_.find(value));
  return asking == anchored->second.values.end() ? 0 : asking->second.size();
}

/// Finds the query a place under a value it asks for; where there are several, under the one that fewest others ask for.
void LiveQueries::anchor(Entry& entry) {
  std::size_t fewest = SIZE_MAX;
  const Value* value = nullptr;
  for (const Condition& condition : entry.query.where) {
    const Column& column = tableOf(entry).column(static_cast<std::size_t>(condition.field));
    if (condition.op != Condition::Op::eq || column.kind() != ColumnKind::symbol || condition.values[0].isNull())
      continue;
    const std::size_t asked = howManyAsk(entry.query.model, condition.field, condition.values[0].text);
    if (asked >= fewest) continue;
    fewest = asked;
    entry.anchor = condition.field;
    value = &condition.values[0];
  }
  if (value) entry.symbol = strings_.hold(value->text);
}

List<LiveQueries::Entry*>& LiveQueries::home(const Entry& entry) {
  Open& open = open_[entry.query.model];
  return entry.anchor < 0 ? open.others : open.anchored[entry.anchor].values[entry.symbol];
}

template <class Visit>
void LiveQueries::eachMatching(int model, uint32_t slot, Visit visit) {
  const auto found = open_.find(model);
  if (found == open_.end()) return;
  const Table& table = tables_[static_cast<std::size_t>(model)];
  const Model& description = schema_.models[static_cast<std::size_t>(model)];
  const auto look = [&](const List<Entry*>& entries) {
    for (Entry* entry : entries)
      if (!entry->stale && matches(entry->query, description, cellsAt(table, slot))) visit(*entry);
  };
  look(found->second.others);
  for (const auto& [field, anchored] : found->second.anchored)
    if (const auto asking = anchored.values.find(table.column(static_cast<std::size_t>(field)).symbol(slot));
        asking != anchored.values.end())
      look(asking->second);
}

/// Where a row stands in the window, or would.
std::size_t LiveQueries::place(const Entry& entry, uint32_t slot) const {
  const Table& table = tableOf(entry);
  const auto inOrder = [&](uint32_t a, uint32_t b) {
    return before(entry.query, cellsAt(table, a), cellsAt(table, b));
  };
  return static_cast<std::size_t>(std::lower_bound(entry.window.begin(), entry.window.end(), slot, inOrder) -
                                  entry.window.begin());
}

template <class Visit>
void LiveQueries::eachPostings(int model, Visit visit) {
  if (const auto found = open_.find(model); found != open_.end())
    for (auto& [field, anchored] : found->second.anchored)
      if (anchored.postings) visit(*anchored.postings);
}

void LiveQueries::leave(int model, uint32_t slot) {
  eachPostings(model, [&](Postings& postings) { postings.leave(slot); });
  eachMatching(model, slot, [&](Entry& entry) {
    if (entry.query.count) {
      --entry.matching;
      return touch(entry);
    }
    const std::size_t at = place(entry, slot);
    if (at == entry.window.size() || entry.window[at] != slot) return;
    if (at < entry.wanted()) touch(entry);
    entry.window.erase(entry.window.begin() + static_cast<std::ptrdiff_t>(at));
    if (!entry.complete && entry.window.size() < entry.wanted()) goStale(entry);
  });
}

void LiveQueries::enter(int model, uint32_t slot) {
  eachPostings(model, [&](Postings& postings) { postings.enter(slot); });
  eachMatching(model, slot, [&](Entry& entry) {
    if (entry.query.count) {
      ++entry.matching;
      return touch(entry);
    }
    const std::size_t at = place(entry, slot);
    if (at == entry.window.size() && !entry.complete) return;
    if (at < entry.wanted()) touch(entry);
    entry.window.insert(entry.window.begin() + static_cast<std::ptrdiff_t>(at), slot);
    if (entry.query.limit && entry.window.size() > entry.wanted() + 2 * entry.spare) {
      entry.window.resize(entry.wanted() + entry.spare);
      entry.complete = false;
    }
  });
}

void LiveQueries::lookAgain(int model) {
  const auto found = open_.find(model);
  if (found == open_.end()) return;
  for (Entry* entry : found->second.others) goStale(*entry);
  for (auto& [field, anchored] : found->second.anchored) {
    anchored.postings.reset();
    for (const auto& [symbol, entries] : anchored.values)
      for (Entry* entry : entries) goStale(*entry);
  }
}

void LiveQueries::touch(Entry& entry) {
  if (std::exchange(entry.touched, true)) return;
  touched_.push_back(entry.number);
}

void LiveQueries::goStale(Entry& entry) {
  if (!std::exchange(entry.stale, true)) touch(entry);
}

void LiveQueries::refresh(Entry& entry) {
  if (!std::exchange(entry.stale, false)) return;
  if (entry.query.count) {
    entry.matching = ablo::count(entry.query, sourceFor(entry));
    return;
  }
  entry.spare = std::clamp(entry.spare * 4, kSpare, kMostSpare);
  const std::size_t most = entry.query.limit ? entry.wanted() + entry.spare : SIZE_MAX;
  Selection selection = select(entry.query, sourceFor(entry), most);
  entry.window = std::move(selection.slots);
  entry.complete = selection.complete;
}

Source LiveQueries::sourceFor(const Entry& entry) {
  Source source{modelOf(entry), tableOf(entry), strings_};
  if (entry.anchor < 0) return source;
  Anchored& anchored = open_[entry.query.model].anchored[entry.anchor];
  if (anchored.values.size() < kManyValues) return source;
  if (!anchored.postings)
    anchored.postings = std::make_unique<Postings>(static_cast<std::size_t>(entry.anchor), tableOf(entry));
  source.slots = &anchored.postings->slots(entry.symbol);
  return source;
}

/// Whether a query that was touched has another result than was read, or told. Of a very long one it is taken to differ.
bool LiveQueries::differs(Entry& entry) const {
  if (entry.query.count) return std::exchange(entry.toldCount, entry.matching) != entry.matching;
  const std::span<const uint32_t> shown = entry.shown();
  return shown.size() != entry.givenCount ||
         !std::equal(shown.begin(), shown.end(), entry.given.begin(), entry.given.end()) ||
         std::any_of(shown.begin(), shown.end(),
                     [&](uint32_t slot) { return tableOf(entry).version(slot) > entry.givenVersion; });
}

void LiveQueries::give(Entry& entry) {
  const std::span<const uint32_t> shown = entry.shown();
  entry.givenCount = shown.size();
  entry.given.clear();
  if (shown.size() <= kShort) entry.given.append(shown.data(), shown.size());
  entry.givenVersion = version_;
  entry.read = true;
}

std::span<const uint32_t> LiveQueries::rows(uint32_t number) {
  const auto found = entries_.find(number);
  if (found == entries_.end() || found->second.query.count) return {};
  refresh(found->second);
  give(found->second);
  return found->second.shown();
}

/// Rows that stayed are found in the order they had: who moved has changed.
const List<uint32_t>& LiveQueries::edits(uint32_t number) {
  edits_.assign(2, 0);
  const auto found = entries_.find(number);
  if (found == entries_.end()) return edits_;
  Entry& entry = found->second;
  refresh(entry);
  const std::span<const uint32_t> shown = entry.shown();
  const List<uint32_t>& before = entry.given;
  List<uint32_t> came;
  uint32_t left = 0;  // of those before: they stayed or are gone
  const auto passes = [&](std::size_t to) {
    while (left < to) edits_.push_back(left++);
  };
  for (std::size_t at = 0; at < shown.size(); ++at) {
    const uint32_t version = tableOf(entry).version(shown[at]);
    const auto* const stayed =
        version > entry.givenVersion ? before.end() : std::find(before.begin() + left, before.end(), shown[at]);
    if (stayed != before.end()) {
      passes(static_cast<std::size_t>(stayed - before.begin()));
      ++left;
      continue;
    }
    for (const std::size_t word : {at, std::size_t{shown[at]}, std::size_t{version}})
      came.push_back(static_cast<uint32_t>(word));
    if (came.size() + edits_.size() > kMostEdits && !before.empty()) {
      entry.given.clear();
      return edits(number);
    }
  }
  passes(before.size());
  edits_[0] = before.empty();
  edits_[1] = static_cast<uint32_t>(edits_.size() - 2);
  edits_.append(came.data(), came.size());
  give(entry);
  return edits_;
}

uint32_t LiveQueries::count(uint32_t number) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return 0;
  refresh(found->second);
  return found->second.query.count ? found->second.matching : static_cast<uint32_t>(found->second.shown().size());
}

List<LiveQueries::Changed> LiveQueries::settle() {
  List<Changed> changed;
  for (const uint32_t number : touched_) {
    const auto found = entries_.find(number);
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    entry.touched = false;
    if (!entry.query.count && !entry.read) continue;
    refresh(entry);
    if (!differs(entry)) continue;
    entry.read = false;
    changed.push_back({number, ++entry.version});
  }
  touched_.clear();
  return changed;
}

}  // namespace ablo
