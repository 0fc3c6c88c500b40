// SPDX-License-Identifier: MIT
//
// The parts of the store: memory is given back, numbers of strings are not used again too early, columns keep what they are
// given.
#include <catch2/catch.hpp>

#include "store/column.h"
#include "store/strings.h"

using namespace ablo;

TEST_CASE("Text has one number for as long as somebody holds it") {
  Strings strings;
  const uint32_t todo = strings.hold("todo");
  CHECK(strings.hold("todo") == todo);
  strings.release(todo);
  for (int round = 0; round < 3; ++round) CHECK(strings.endQuarantine().empty());
  CHECK(strings.text(todo) == "todo");
  strings.release(todo);
  CHECK(strings.endQuarantine().empty());  // let go of in this round: it may still be looked up
  CHECK(strings.text(todo) == "todo");
  CHECK(strings.endQuarantine() == std::vector<uint32_t>{todo});
  CHECK(strings.find("todo") == Strings::kNone);
  CHECK(strings.hold("done") == todo);
}

TEST_CASE("Text that comes back while it waits to be let go of stays") {
  Strings strings;
  const uint32_t number = strings.hold("a");
  strings.release(number);
  strings.endQuarantine();
  CHECK(strings.hold("a") == number);
  CHECK(strings.endQuarantine().empty());
  CHECK(strings.text(number) == "a");
}

TEST_CASE("Strings that come and go take no more memory than those that are there") {
  Strings strings;
  std::vector<uint32_t> held;
  std::size_t after = 0;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 2000; ++i)
      held.push_back(strings.hold(std::to_string(round) + "/" + std::string(20 + i % 50, 'x') + std::to_string(i)));
    if (round == 4) after = strings.bytes();
    for (int i = 0; i < 2000; ++i) CHECK(strings.text(held[i]).ends_with(std::to_string(i)));
    for (const uint32_t number : held) strings.release(number);
    held.clear();
    strings.endQuarantine();
  }
  CHECK(strings.bytes() <= after * 5 / 4);
}

TEST_CASE("Text of any length has a place") {
  Strings strings;
  const std::string longest(300'000, 'l');
  const uint32_t a = strings.hold(longest), b = strings.hold(""), c = strings.hold(std::string(65'536 - 8, 'm'));
  CHECK(strings.text(a) == longest);
  CHECK(strings.text(b).empty());
  CHECK(strings.text(c).size() == 65'536 - 8);
  strings.release(a);
  strings.endQuarantine();
  strings.endQuarantine();
  CHECK(strings.text(c).size() == 65'536 - 8);
  CHECK(strings.find("") == b);
}

TEST_CASE("A column shows what it was given, and gives memory back") {
  Strings strings;
  Column text(ColumnKind::text, Value::Kind::text, strings);
  const auto cell = [](const std::string& value) { return Cell(Value::Kind::text, std::string_view(value)); };
  for (uint32_t slot = 0; slot < 5000; ++slot) text.set(slot, cell("row " + std::to_string(slot)));
  const std::size_t full = text.bytes();
  for (int round = 0; round < 20; ++round)
    for (uint32_t slot = 0; slot < 5000; ++slot) text.set(slot, cell(std::string(1 + (slot + round) % 12, 'y')));
  CHECK(text.cell(4999).text == std::string(1 + (4999 + 19) % 12, 'y'));
  CHECK(text.bytes() <= full * 3 / 2);
  for (uint32_t slot = 0; slot < 5000; ++slot) text.set(slot, Cell());
  CHECK(text.bytes() == 0);
  CHECK(text.cell(7).isNull());
}

TEST_CASE("A symbol column holds its texts, and lets go of them") {
  Strings strings;
  Column status(ColumnKind::symbol, Value::Kind::text, strings);
  const Cell todo(Value::Kind::text, std::string_view("todo"));
  status.set(0, todo);
  status.set(1, todo);
  CHECK(status.symbol(0) == status.symbol(1));
  status.set(0, status.cell(1));  // a text that lies in what it replaces
  status.set(0, Cell());
  status.set(1, Cell());
  strings.endQuarantine();
  CHECK(strings.endQuarantine().size() == 1);
  CHECK(status.symbol(0) == Strings::kNone);
}
