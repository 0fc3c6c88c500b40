// SPDX-License-Identifier: MIT
//
// Page: a stretch of an organization's log as the database gave it, with each entry written once as it goes to clients,
// and cut to what an audience may see.
//
// An entry belongs to the groups its row was in before it and after it; no groups means the whole organization. Whoever
// saw the row before and does not see it after is told that it is gone, and nothing else of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ablo::hub {

using Groups = std::vector<std::string>;  // sorted

class Page {
 public:
  /// The answer of ablo.changes, or the page of ablo.commit; nothing when it is not one.
  static std::optional<Page> read(std::string_view answer);

  double from = 0;
  double to = 0;
  double head = 0;
  std::string epoch;
  bool trimmed = false;  // what followed the cursor is no longer kept
  double resync = -1;    // the last entry that says: load again, there was too much to tell; -1: none

  /// When each entry was written, ms since 1970.
  std::vector<double> times() const;
  /// The frame for one who stands at `cursor` and is in `groups`.
  std::string text(double cursor, const Groups& groups) const;

 private:
  struct Entry {
    double seq = 0;
    double at = -1;
    bool before = false;  // the row was there, was to be seen by these groups
    bool after = false;
    Groups groupsBefore;
    Groups groupsAfter;
    std::string whole;
    std::string gone;
  };
  static std::optional<Entry> readEntry(std::string_view text, bool& resync);
  static const std::string* visible(const Entry& entry, const Groups& groups);

  std::vector<Entry> entries_;
};

}  // namespace ablo::hub
