// SPDX-License-Identifier: MIT
//
// LiveQueries: open queries, and the first rows of each in order. A change of a row costs the queries whose condition it met
// or meets, however many are open: a query that asks for one value of a symbol is found under that value.
//
//   leave(row), the table is written, enter(row)
//
// A query with a limit keeps its rows and some beyond them. When so many left that it may miss one, the table is scanned
// again at the next look, and more are kept from then on. Where many queries ask for one value each of the same field, they
// are scanned for in an index of it.
//
// A result that was read is told of by `settle` when it has become another one: its rows, their order or what one of them
// shows. After that it is told of again once it was read again.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "ablo/list.h"
#include "base/map.h"
#include "query/postings.h"
#include "query/scan.h"

namespace ablo {

class LiveQueries {
 public:
  /// `version` is the last that a row was given.
  LiveQueries(const Schema& schema, const List<Table>& tables, Strings& strings, const uint32_t& version)
      : schema_(schema), tables_(tables), strings_(strings), version_(version) {}

  /// The same text opens the same query again.
  uint32_t open(std::string text, Query query);
  void close(uint32_t number);
  bool isOpen(const std::string& text) const { return byText_.contains(text); }
  int model(uint32_t number) const;  // -1: not open
  const std::string& text(uint32_t number) const { return entries_.find(number)->second.text; }

  /// The row shown at that slot is about to change, or to go.
  void leave(int model, uint32_t slot);
  /// The row shown at that slot has changed, or come.
  void enter(int model, uint32_t slot);
  /// Any row of the model may have changed.
  void lookAgain(int model);

  /// Slots in order.
  std::span<const uint32_t> rows(uint32_t number);
  /// Client::edits.
  const List<uint32_t>& edits(uint32_t number);
  uint32_t count(uint32_t number);

  struct Changed {
    uint32_t query;
    uint32_t version;
  };
  /// The queries whose result is another one than was read, and the counts that are another one than at the last call.
  List<Changed> settle();

 private:
  static constexpr std::size_t kAll = SIZE_MAX / 2;  // more than there can be, and a little more is no less
  struct Entry {
    uint32_t number = 0;
    std::string text;
    Query query;
    uint32_t opened = 1;
    uint32_t version = 0;
    List<uint32_t> window;       // the first rows in order
    std::size_t spare = 0;       // how many are kept beyond those that are wanted
    bool complete = false;       // the window has all that match
    uint32_t matching = 0;       // of a query that counts
    bool stale = true;           // has to be scanned for
    bool touched = false;        // in `touched_`
    bool read = false;           // and not told of since
    std::size_t givenCount = 0;  // how many rows were read last
    List<uint32_t> given;        // which, unless they are very many
    uint32_t givenVersion = 0;   // of the rows, then
    uint32_t toldCount = 0;
    int anchor = -1;  // the field under whose value it is found
    uint32_t symbol = Strings::kNone;

    std::size_t wanted() const {
      return query.limit ? static_cast<std::size_t>(std::min<uint64_t>(uint64_t{query.offset} + *query.limit, kAll))
                         : kAll;
    }
    std::span<const uint32_t> shown() const;
  };
  /// The queries that are found under a value of one field.
  struct Anchored {
    Map<uint32_t, List<Entry*>> values;
    std::unique_ptr<Postings> postings;  // while there are many values
  };
  /// The queries of one model.
  struct Open {
    Map<int, Anchored> anchored;  // by field
    List<Entry*> others;
  };

  const Table& tableOf(const Entry& entry) const { return tables_[static_cast<std::size_t>(entry.query.model)]; }
  const Model& modelOf(const Entry& entry) const { return schema_.models[static_cast<std::size_t>(entry.query.model)]; }
  std::size_t place(const Entry& entry, uint32_t slot) const;
  List<Entry*>& home(const Entry& entry);
  std::size_t howManyAsk(int model, int field, std::string_view value) const;
  void anchor(Entry& entry);
  template <class Visit>
  void eachPostings(int model, Visit visit);
  template <class Visit>
  void eachMatching(int model, uint32_t slot, Visit visit);
  void touch(Entry& entry);
  void give(Entry& entry);
  void goStale(Entry& entry);
  void refresh(Entry& entry);
  Source sourceFor(const Entry& entry);
  bool differs(Entry& entry) const;

  const Schema& schema_;
  const List<Table>& tables_;
  Strings& strings_;
  Map<uint32_t, Entry> entries_;
  Map<std::string, uint32_t> byText_;
  Map<int, Open> open_;     // by model
  List<uint32_t> touched_;  // queries that may have news
  uint32_t last_ = 0;
  const uint32_t& version_;
  List<uint32_t> edits_;
};

}  // namespace ablo
