// SPDX-License-Identifier: MIT
#include "hub_world.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace ablo::test {

HubWorld::HubWorld(bool withSchema, HubLimits limits) : hub(limits) {
  if (withSchema) schema = *hub.setSchema(kTasksDocument);
}

std::string HubWorld::identity(const std::string& user, const std::string& more) {
  return R"({"organization":"acme","actor":{"kind":"user","id":")" + user +
         R"("},"operations":["*"],"groups":[],"mayNameAgent":false)" + more + "}";
}

std::string HubWorld::helloText(const std::string& session, const std::string& more) const {
  return R"({"type":"hello","schema":")" + schema + R"(","session":")" + session + R"(","bootstrap":"full")" + more +
         "}";
}

void HubWorld::open(uint32_t socket, const std::string& who) {
  hub.open(socket, who, now);
  obey();
}

void HubWorld::say(uint32_t socket, const std::string& frame) {
  hub.receive(socket, frame, now);
  obey();
}

void HubWorld::leave(uint32_t socket) {
  hub.closed(socket, now);
  obey();
}

void HubWorld::heads(const std::string& heads) {
  hub.heads(heads, now);
  obey();
}

void HubWorld::hear(const std::string& heads) {
  hub.hear(heads, now);
  obey();
}

void HubWorld::answer(const Question& question, const std::string& text) {
  hub.answer(question.request, true, text, now);
  obey();
}

void HubWorld::fail(const Question& question) {
  hub.answer(question.request, false, R"({"error":{"code":"database_unreachable","message":"It is gone."}})", now);
  obey();
}

void HubWorld::sleep() {
  REQUIRE(wake);
  now = std::max(now, *wake);
  wake.reset();
  hub.tick(now);
  obey();
}

void HubWorld::join(uint32_t socket, double seq, const std::string& who) {
  open(socket, who);
  say(socket, helloText("s" + std::to_string(socket)));
  answer(take("load"), loadText(seq));
  REQUIRE(last(socket).text("type") == "loaded");
}

std::string HubWorld::loadText(double seq, const std::string& models) const {
  return R"({"seq": )" + numberText(seq) + R"(, "epoch": ")" + epoch + R"(", "claims": [], "models": )" + models + "}";
}

std::string HubWorld::changesText(double from, double to, double head, const std::string& more) const {
  std::string entries;
  for (double seq = from + 1; seq <= to; ++seq)
    entries += (entries.empty() ? "" : ", ") + (R"({"seq": )" + numberText(seq)) +
               R"(, "kind": "row", "model": "tasks", "id": "t)" + numberText(seq) +
               R"(", "op": "update", "after": {"id": "t)" + numberText(seq) +
               R"("}, "before": {}, "fields": ["title"], "actor": {"kind": "user", "id": "ada"}, )" +
               R"("session": "s1", "commitKey": "k", "operationIndex": 0, "at": 5)" + more + "}";
  return R"({"from": )" + numberText(from) + R"(, "to": )" + numberText(to) + R"(, "head": )" + numberText(head) +
         R"(, "epoch": ")" + epoch + R"(", "changes": [)" + entries + "]}";
}

Question HubWorld::take(const std::string& function) {
  const auto found = std::find_if(questions.begin(), questions.end(),
                                  [&](const Question& question) { return question.function == function; });
  INFO("no call of " << function);
  REQUIRE(found != questions.end());
  Question question = *found;
  questions.erase(found);
  return question;
}

bool HubWorld::asks(const std::string& function) const {
  return std::any_of(questions.begin(), questions.end(),
                     [&](const Question& question) { return question.function == function; });
}

const Json& HubWorld::last(uint32_t socket) {
  REQUIRE(!heard[socket].empty());
  return heard[socket].back();
}

std::vector<std::string> HubWorld::types(uint32_t socket) {
  std::vector<std::string> types;
  for (const Json& message : heard[socket]) types.emplace_back(message.text("type"));
  return types;
}

void HubWorld::forget() {
  heard.clear();
  blocks.clear();
  audiences.clear();
}

std::string HubWorld::numberText(double number) { return writeJson(Json(number)); }

void HubWorld::obey() {
  const Frame& frame = hub.drain();
  const std::vector<uint32_t>& words = frame.words();
  std::size_t at = 0;
  const auto word = [&] { return words.at(at++); };
  const auto text = [&] {
    const uint32_t offset = word();
    return std::string(frame.text(offset, word()));
  };
  while (at < words.size()) switch (static_cast<Hub::Record>(word())) {
      case Hub::Record::send: {
        const bool isBinary = static_cast<Hub::Payload>(word()) == Hub::Payload::binary;
        std::vector<uint32_t> sockets(word());
        const std::string bytes = text();
        const Result<Json> message = isBinary ? Json() : parseJson(bytes, kTrustedJson);
        REQUIRE(message);
        for (uint32_t& socket : sockets) {
          socket = word();
          REQUIRE(!closings.count(socket));  // nothing is sent after a close
          if (isBinary)
            blocks[socket].push_back(bytes);
          else
            heard[socket].push_back(*message);
        }
        audiences.push_back(std::move(sockets));
        break;
      }
      case Hub::Record::call: {
        Question question{word(), text(), text(), {}};
        const Result<Json> input = parseJson(text(), kTrustedJson);
        REQUIRE(input);
        question.input = *input;
        questions.push_back(std::move(question));
        break;
      }
      case Hub::Record::close: {
        const uint32_t socket = word();
        const uint32_t code = word();
        closings[socket] = {code, text()};
        break;
      }
      case Hub::Record::wake: {
        const uint32_t low = word();
        wake = Frame::number(low, word());
        break;
      }
      case Hub::Record::log: text(); break;
      case Hub::Record::hint: {
        const uint32_t low = word();
        const double head = Frame::number(low, word());
        hints[text()] = head;
        break;
      }
    }
}

}  // namespace ablo::test
