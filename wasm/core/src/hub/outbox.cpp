// SPDX-License-Identifier: MIT
#include "hub/outbox.h"

#include <algorithm>
#include <utility>

namespace ablo::hub {

void Outbox::send(const std::vector<Socket>& sockets, std::string_view bytes, Payload payload) {
  record(Hub::Record::send).word(static_cast<uint32_t>(payload));
  filling_.word(static_cast<uint32_t>(sockets.size())).text(bytes);
  for (const Socket socket : sockets) filling_.word(socket);
}

void Outbox::call(Call call, std::string_view function, std::string_view input) {
  line_.add({++lastRequest_, call.organization, std::string(function), std::string(input), call.pace()});
  calls_.emplace(lastRequest_, std::move(call));
  callNext();
}

bool Outbox::withdraw(const std::string& organization, double request) {
  const auto isMeant = [&](Request waiting) { return calls_.at(waiting).request == request; };
  const std::optional<Request> withdrawn = line_.takeBack(organization, isMeant);
  return withdrawn && calls_.erase(*withdrawn) > 0;
}

void Outbox::callNext() {
  while (const std::optional<FairLine::Waiting> next = line_.next())
    record(Hub::Record::call).word(next->request).text(next->function).text(next->organization).text(next->input);
}

void Outbox::close(Socket socket, CloseCode code, std::string_view reason) {
  record(Hub::Record::close).word(socket).word(static_cast<uint32_t>(code)).text(reason);
}

void Outbox::wake(double at) { record(Hub::Record::wake).number(at); }

void Outbox::log(std::string_view level, std::string_view message, const std::string& organization,
                 std::initializer_list<Json::Member> details) {
  Json line = Json::object({{"level", level}, {"msg", message}, {"organization", organization}});
  for (const Json::Member& detail : details)
    if (!detail.value.isString() || !detail.value.asString().empty()) line.set(detail.name, detail.value);
  record(Hub::Record::log).text(writeJson(line));
}

void Outbox::hint(const std::string& organization, double head) {
  record(Hub::Record::hint).number(head).text(organization);
}

std::optional<Call> Outbox::answered(Request request) {
  const auto node = calls_.extract(request);
  if (node.empty()) return std::nullopt;
  line_.done(node.mapped().organization, node.mapped().pace());
  callNext();
  return std::move(node.mapped());
}

bool Outbox::awaits(const std::string& organization) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [&](const auto& entry) { return entry.second.organization == organization; });
}

const Frame& Outbox::drain() {
  drained_.clear();
  std::swap(drained_, filling_);
  return drained_;
}

}  // namespace ablo::hub
