// SPDX-License-Identifier: MIT
#include "hub/page.h"

#include <algorithm>

#include "codec/raw_json.h"

namespace ablo::hub {

namespace {

bool meet(const Groups& a, const Groups& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& group) { return std::binary_search(b.begin(), b.end(), group); });
}

bool sees(const Groups& entry, const Groups& groups) { return entry.empty() || meet(entry, groups); }

/// `change` of docs/internals/wire.md, out of the log's columns. A row that is gone has neither image nor changed
/// fields.
std::string changeText(const RawObject& entry, bool gone) {
  ObjectText text;
  text.raw("seq", entry.find("seq"))
      .raw("kind", entry.find("kind"))
      .raw("model", entry.find("model"))
      .raw("id", entry.find("id"));
  if (gone)
    text.member("op", "delete");
  else
    text.raw("op", entry.find("op"))
        .raw(entry.text("kind") == "claim" ? "claim" : "row", entry.find("after"))
        .raw("fields", entry.find("fields"));
  text.raw("actor", entry.find("actor"))
      .raw("key", entry.find("commitKey"))
      .raw("session", entry.find("session"))
      .raw("at", entry.find("at"));
  return text.take();
}

}  // namespace

std::optional<Page::Entry> Page::readEntry(std::string_view text, bool& resync) {
  const std::optional<RawObject> raw = RawObject::read(text);
  if (!raw) return std::nullopt;
  const std::string kind = raw->text("kind");
  const std::string op = raw->text("op");
  resync = kind == "resync";
  Entry entry;
  entry.seq = raw->number("seq", -1);
  entry.at = raw->number("at", -1);
  entry.groupsBefore = raw->texts("groupsBefore");
  entry.groupsAfter = raw->texts("groupsAfter");
  entry.before = kind == "row" && op != "create";
  entry.after = kind != "row" || op != "delete";
  entry.whole = changeText(*raw, false);
  if (kind == "row" && op == "delete")
    entry.gone = entry.whole;
  else if (entry.before && !entry.groupsAfter.empty())
    entry.gone = changeText(*raw, true);
  return entry;
}

std::optional<Page> Page::read(std::string_view answer) {
  const std::optional<RawObject> raw = RawObject::read(answer);
  if (!raw) return std::nullopt;
  const std::optional<std::vector<std::string_view>> items = rawItems(raw->find("changes"));
  Page page;
  page.from = raw->number("from", -1);
  page.to = raw->number("to", -1);
  page.head = raw->number("head", -1);
  page.epoch = raw->text("epoch");
  page.trimmed = raw->find("trimmed") == "true";
  if (!items || page.to < 0 || page.head < 0 || page.epoch.empty()) return std::nullopt;
  for (const std::string_view item : *items) {
    bool resync = false;
    std::optional<Entry> entry = readEntry(item, resync);
    if (!entry) return std::nullopt;
    if (resync) page.resync = entry->seq;
    page.entries_.push_back(std::move(*entry));
  }
  return page;
}

std::vector<double> Page::times() const {
  std::vector<double> times;
  for (const Entry& entry : entries_)
    if (entry.at >= 0) times.push_back(entry.at);
  return times;
}

const std::string* Page::visible(const Entry& entry, const Groups& groups) {
  if (entry.after && sees(entry.groupsAfter, groups)) return &entry.whole;
  if (entry.before && sees(entry.groupsBefore, groups)) return &entry.gone;
  return nullptr;
}

std::string Page::text(double cursor, const Groups& groups) const {
  std::vector<std::string_view> changes;
  for (const Entry& entry : entries_)
    if (entry.seq > cursor)
      if (const std::string* change = visible(entry, groups)) changes.push_back(*change);
  return ObjectText()
      .member("type", "changes")
      .member("from", cursor)
      .member("to", to)
      .raw("changes", arrayText(changes))
      .take();
}

}  // namespace ablo::hub
