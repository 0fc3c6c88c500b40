// SPDX-License-Identifier: MIT
//
// Queue: the lines behind rows, as plainly as they can be said, for others to be compared with (queues.cpp).
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace ablo::sim {

struct Place {
  std::string id, actor, row;
  std::set<std::string> fields;  // none: all of the row
  bool holds = false, lapsed = false;
  int position = 0, fence = 0;
};

class Queue {
 public:
  std::vector<Place> places;  // all of them, in the order in which they asked

  std::string claim(Place place, bool waits, int depth) {
    const bool known = find(place.id);
    settle(place.row);
    if (known) return find(place.id) ? "here" : "over";
    places.push_back(place);
    const std::vector<Place*> others = inTheWay(places.back());
    const int waiting = count(others);
    if (others.empty()) return settle(place.row), "active";
    places.back().position = waiting + 1;
    if (waits && waiting < depth) return "queued";
    places.pop_back();
    return waits ? "queue_too_deep" : "entity_claimed";
  }
  void release(const std::string& id) {
    const std::string row = find(id)->row;
    std::erase_if(places, [&](const Place& place) { return place.id == id; });
    settle(row);
  }
  void settle(const std::string& row) {
    std::erase_if(places, [&](const Place& place) { return place.row == row && place.lapsed; });
    for (Place& place : places) {
      if (place.row != row || place.holds) continue;
      place.position = count(inTheWay(place)) + 1;
      if (!inTheWay(place).empty()) continue;
      place.holds = true;
      place.fence = ++fence_;
    }
  }
  /// By who is trusted with it, or holds what both of any two wait for that change places and want the same; else nothing changes.
  void reorder(const std::string& row, const std::vector<std::string>& order, const std::string& who, bool trusted) {
    settle(row);
    const auto theirs = [&](const Place* waiting) {
      return trusted || std::any_of(places.begin(), places.end(), [&](const Place& place) {
               return place.holds && place.actor == who && place.row == row && (!waiting || meet(place, *waiting));
             });
    };
    std::vector<Place*> there;
    for (Place& place : places)
      if (place.row == row && !place.holds) there.push_back(&place);
    std::vector<Place> waiting;
    for (const Place* place : there) waiting.push_back(*place);
    const auto wanted = [&](const Place& a) { return std::find(order.begin(), order.end(), a.id); };
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](const Place& a, const Place& b) { return wanted(a) < wanted(b); });
    bool may = theirs(nullptr);
    for (std::size_t i = 0; i < there.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (wanted(*there[j]) > wanted(*there[i]) && meet(*there[i], *there[j]))
          may &= theirs(there[i]) && theirs(there[j]);
    for (std::size_t i = 0; may && i < there.size(); ++i) *there[i] = waiting[i];
    settle(row);
  }
  Place* find(const std::string& id) {
    for (Place& place : places)
      if (place.id == id) return &place;
    return nullptr;
  }

 private:
  static bool meet(const Place& a, const Place& b) {
    return a.fields.empty() || b.fields.empty() ||
           std::any_of(a.fields.begin(), a.fields.end(), [&](const auto& field) { return b.fields.count(field) > 0; });
  }
  std::vector<Place*> inTheWay(const Place& mine) {
    bool older = true, holds = false;
    for (const Place& place : places)
      holds |=
          place.row == mine.row && place.holds && place.actor == mine.actor &&
          (place.fields.empty() || (!mine.fields.empty() && std::includes(place.fields.begin(), place.fields.end(),
                                                                          mine.fields.begin(), mine.fields.end())));
    std::vector<Place*> others;
    for (Place& place : places) {
      if (place.id == mine.id) older = false;
      if (place.row == mine.row && place.actor != mine.actor && meet(place, mine) && (place.holds || (older && !holds)))
        others.push_back(&place);
    }
    return others;
  }
  static int count(const std::vector<Place*>& others) {
    return static_cast<int>(std::count_if(others.begin(), others.end(), [](auto* one) { return !one->holds; }));
  }

  int fence_ = 0;
};

}  // namespace ablo::sim
