// SPDX-License-Identifier: MIT
#include "ablo/client.h"

#include "session/conversation.h"

namespace ablo {

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

Result<std::string> Client::defineSchema(std::string_view document) { return impl_->defineSchema(document); }
const Schema& Client::schema() const { return impl_->store().schema(); }

void Client::start(double now) { impl_->handle(Session::Event::start, now); }
void Client::opened(double now) { impl_->handle(Session::Event::opened, now); }
void Client::closed(int code, std::string_view reason, double now) { impl_->closed(code, reason, now); }
void Client::receive(std::string_view bytes, double now) { impl_->receive(bytes, now); }
void Client::tokenReady(double now) { impl_->handle(Session::Event::token, now); }
void Client::tokenFailed(std::string_view code, std::string_view message, double now) {
  impl_->tokenFailed(code, message, now);
}
void Client::tokenChanged(double now) { impl_->tokenChanged(now); }
void Client::tick(double now) { impl_->tick(now); }
void Client::nudge(double now) { impl_->handle(Session::Event::nudge, now); }
void Client::stop(double now) { impl_->stop(now); }
Json Client::status() const { return impl_->status(); }
double Client::cursor() const { return impl_->cursor(); }

Result<uint32_t> Client::commit(std::string_view json, double now) { return impl_->commit(json, now); }

std::string_view Client::message(uint32_t commit) const { return impl_->message(commit); }

Result<uint32_t> Client::load(std::string_view query, double now) { return impl_->load(query, now); }

Result<uint32_t> Client::openQuery(std::string_view text) {
  Result<Query> query = impl_->query(text);
  if (!query) return query.error();
  return impl_->store().queries().open(std::string(text), std::move(*query));
}

void Client::closeQuery(uint32_t query) { impl_->store().queries().close(query); }
int Client::queryModel(uint32_t query) const { return impl_->store().queries().model(query); }
std::span<const uint32_t> Client::rows(uint32_t query) { return impl_->store().queries().rows(query); }
const List<uint32_t>& Client::edits(uint32_t query) { return impl_->store().queries().edits(query); }
uint32_t Client::countRows(uint32_t query) { return impl_->store().queries().count(query); }

int Client::slot(int model, std::string_view id) const { return impl_->store().slot(model, id); }
uint32_t Client::version(int model, uint32_t slot) const { return impl_->store().version(model, slot); }
bool Client::shows(int model, uint32_t slot) const { return impl_->store().shows(model, slot); }
std::optional<List<Value>> Client::row(int model, uint32_t slot) const { return impl_->store().row(model, slot); }
void Client::rowRead(int model, uint32_t slot) { impl_->rowRead(model, slot); }
Cell Client::cell(int model, uint32_t slot, std::size_t field) const { return impl_->store().cell(model, slot, field); }
uint32_t Client::symbol(int model, uint32_t slot, std::size_t field) const {
  return impl_->store().symbol(model, slot, field);
}
std::string_view Client::string(uint32_t number) const { return impl_->store().strings().text(number); }

Client::Image Client::saveImage() { return impl_->saveImage(); }
Outcome Client::restoreImage(std::string_view manifest, std::span<const std::string_view> parts) {
  return impl_->restoreImage(manifest, parts);
}

Result<uint32_t> Client::claim(std::string_view json, double now) { return impl_->claim(json, now); }
Result<uint32_t> Client::release(std::string_view claim, double now) { return impl_->release(claim, now); }
Result<uint32_t> Client::reorder(std::string_view json, double now) { return impl_->reorder(json, now); }
Result<Json> Client::intents(std::string_view filter) const { return impl_->intents(filter); }
Result<uint32_t> Client::awaitFree(std::string_view filter, double now) { return impl_->awaitFree(filter, now); }
void Client::closeRequest(uint32_t request) { impl_->closeRequest(request); }
Result<Client::SnapshotTaken> Client::snapshot(std::string_view entities) { return impl_->snapshot(entities); }
void Client::followSnapshot(uint32_t snapshot, bool follows) { impl_->followSnapshot(snapshot, follows); }
void Client::closeSnapshot(uint32_t snapshot) { impl_->closeSnapshot(snapshot); }

const Frame& Client::drain() { return impl_->drain(); }

}  // namespace ablo
