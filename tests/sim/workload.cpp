// SPDX-License-Identifier: MIT
#include "workload.h"

#include <algorithm>
#include <utility>

namespace ablo::sim {

namespace {

Json operation(const char* op, const RowName& row, Json data = {}) {
  Json operation = Json::object({{"op", op}, {"model", row.first}, {"id", row.second}});
  if (data.isObject()) operation.set("data", std::move(data));
  return operation;
}

bool isHere(Person& person, const RowName& row) {
  return person.client().slot(person.client().schema().modelIndex(row.first), row.second) >= 0;
}

double number(Person& person, const RowName& name, std::string_view field) {
  Client& client = person.client();
  const int model = client.schema().modelIndex(name.first), slot = client.slot(model, name.second);
  if (slot < 0) return 0;
  const auto row = client.row(model, static_cast<uint32_t>(slot));
  const Model& description = client.schema().models[static_cast<std::size_t>(model)];
  return (*row)[static_cast<std::size_t>(description.fieldIndex(field))].number;
}

}  // namespace

RowName Workload::task() {
  const bool first = random_.chance(plan_.hot);
  return {"tasks", "t" + std::to_string(first ? 0 : random_.below(kTasks))};
}

RowName Workload::note() { return {"notes", "n" + std::to_string(random_.below(kNotes))}; }

void Workload::write(Person& person) {
  if (plan_.claims > 0 && random_.chance(plan_.claims)) return claim(person);
  if (person.guards() && random_.chance(30)) person.look(task());
  if (random_.chance(20)) return transfer(person, random_.chance(50));
  if (random_.chance(15)) return increment(person);
  Wish wish;
  wish.operations = operations();
  const double cursor = person.client().cursor();
  if (random_.chance(40)) wish.readAt = cursor;
  if (wish.readAt >= 0 && random_.chance(50)) {
    const char* const ways[] = {"force", "flag", "merge", "merge"};
    wish.onStale = ways[random_.below(4)];
  }
  if (random_.chance(plan_.reads)) wish.reads = reads(cursor);
  person.write(std::move(wish));
}

Json Workload::operations() {
  if (plan_.archives > 0 && random_.chance(plan_.archives)) {
    const char* const op = random_.chance(60) ? "archive" : "unarchive";
    return Json::array().push(operation(op, task()));
  }
  switch (random_.below(6)) {
    case 0: return Json::array().push(operation("delete", task()));
    case 1: {
      const RowName row = task();  // in this order on every compiler
      return Json::array().push(operation("create", row, Json::object({{"title", fresh()}, {"status", "todo"}})));
    }
    case 2: {
      const RowName row = note();
      const Json data = Json::object({{"text", fresh()}, {"taskId", task().second}});
      return Json::array().push(operation("create", row, data));
    }
    case 3: {
      Json both = Json::array().push(operation("update", {"tasks", "t0"}, Json::object({{"title", fresh()}})));
      return both.push(operation("update", {"tasks", "t1"}, Json::object({{"title", fresh()}})));
    }
    case 4: {
      const RowName row = note();
      return Json::array().push(operation("update", row, Json::object({{"text", fresh()}})));
    }
    default: {
      const RowName row = task();
      Json data = Json::object({{"title", fresh()}});
      if (random_.chance(30)) data.set("status", random_.chance(50) ? "doing" : "done");
      return Json::array().push(operation("update", row, std::move(data)));
    }
  }
}

/// A row, or all tasks of a status.
Json Workload::reads(double cursor) {
  if (random_.chance(30)) {
    const char* const status = random_.chance(50) ? "todo" : "done";
    const Json where = Json::array().push(Json::array({"status", "=", status}));
    const Json query = Json::object({{"model", "tasks"}, {"state", "all"}, {"where", where}});
    return Json::array().push(Json::object({{"query", query}, {"readAt", cursor}}));
  }
  const RowName row = random_.chance(50) ? task() : note();
  Json read = Json::object({{"model", row.first}, {"id", row.second}, {"readAt", cursor}});
  if (random_.chance(40)) read.set("fields", Json::array({row.first == "tasks" ? "title" : "text"}));
  return Json::array().push(std::move(read));
}

/// From one account to another, by what is on the screen; or by what is there each time it is tried.
void Workload::transfer(Person& person, bool revises) {
  const auto one = random_.below(kAccounts), other = random_.below(kAccounts - 1);
  const RowName from{"accounts", "a" + std::to_string(one)};
  const RowName to{"accounts", "a" + std::to_string(other < one ? other : other + 1)};
  const double sum = 1 + random_.below(120);  // too much, now and then
  const auto make = [&person, from, to, sum] {
    if (!isHere(person, from) || !isHere(person, to)) return Json();
    const double left = number(person, from, "balance") - sum, right = number(person, to, "balance") + sum;
    return Json::array()
        .push(operation("update", from, Json::object({{"balance", left}})))
        .push(operation("update", to, Json::object({{"balance", right}})));
  };
  Wish wish;
  wish.operations = make();
  if (revises) wish.revise = make;
  if (!revises) wish.readAt = person.client().cursor();
  if (!wish.operations.isNull()) person.write(std::move(wish));
}

/// One more point, however many there are.
void Workload::increment(Person& person) {
  const RowName row = task();
  const auto make = [&person, row] {
    if (!isHere(person, row)) return Json();
    const double points = number(person, row, "points") + 1;
    return Json::array().push(operation("update", row, Json::object({{"points", points}})));
  };
  Wish wish;
  wish.operations = make();
  wish.revise = make;
  if (!wish.operations.isNull()) person.write(std::move(wish));
}

/// A task, or fields of it, or a note, or several of them together, to write to for a while. Sometimes something else is written
/// than what is claimed.
void Workload::claim(Person& person) {
  const RowName row = random_.chance(80) ? task() : note();
  std::vector<RowName> rows{row};
  if (random_.chance(25)) rows.push_back(task());
  if (random_.chance(10)) rows.push_back(note());
  const bool whole = rows.size() > 1 || row.first == "notes" || random_.chance(50);
  const char* const parts[] = {"title", "status", "points"};
  const uint32_t first = random_.below(3), second = random_.below(3);
  Json fields = Json::array();
  if (!whole) fields.push(parts[first]);
  if (!whole && second != first) fields.push(parts[second]);
  person.errands().begin(rows, fields, [this, &person, first](const RowName& row, const std::string& claim) {
    Wish wish;
    wish.claim = claim;
    if (random_.chance(8)) {
      wish.operations = Json::array().push(operation("delete", row));
    } else if (row.first == "notes" || first != 1) {
      const Json data = Json::object({{row.first == "tasks" ? "title" : "text", fresh()}});
      wish.operations = Json::array().push(operation("update", row, data));
    } else {
      const char* const status = random_.chance(50) ? "doing" : "todo";
      wish.operations = Json::array().push(operation("update", row, Json::object({{"status", status}})));
    }
    person.write(std::move(wish));
  });
}

std::vector<ForeignWrite> Workload::ofOthers() {
  std::vector<ForeignWrite> writes;
  const bool tasks = random_.chance(70);  // of one model, in order: two of them are no deadlock of their own
  for (uint32_t n = 0; n <= random_.below(2); ++n) {
    const RowName row = tasks ? task() : note();
    if (random_.chance(20))
      writes.push_back({row, std::nullopt});
    else
      writes.push_back({row, Json::object({{row.first == "tasks" ? "title" : "text", fresh()}}), true});
  }
  std::stable_sort(writes.begin(), writes.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
  return writes;
}

}  // namespace ablo::sim
