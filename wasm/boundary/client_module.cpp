// SPDX-License-Identifier: MIT
//
// The module `core`: module.d.ts in C++. Nothing is decided here.
#include <emscripten.h>
#include <emscripten/bind.h>

#include "ablo/client.h"
#include "codec/raw_json.h"
#include "packed.h"
#include "packed_row.h"

namespace ablo::boundary {

class ClientModule {
 public:
  explicit ClientModule(const std::string& options) : client_(readOptions(options)) {}

  uint32_t pointer() const { return address(this); }
  Client& client() { return client_; }
  Input& input() { return input_; }

  std::string defineSchema(const std::string& document) {
    const Result<std::string> hash = client_.defineSchema(document);
    return hash ? ObjectText().member("hash", *hash).take() : failure(hash.error());
  }

  std::string models() const {
    Json models = Json::array();
    for (const Model& model : client_.schema().models) {
      Json fields = Json::array();
      for (const Field& field : model.fields) {
        Json json = Json::object();
        json.set("name", field.name).set("type", fieldTypeText(field.type));
        if (field.dateAsText) json.set("dateAsText", true);
        fields.push(std::move(json));
      }
      models.push(Json::object().set("key", model.key).set("fields", std::move(fields)));
    }
    return writeJson(models);
  }

  void start(double now) { client_.start(now); }
  void opened(double now) { client_.opened(now); }
  void closed(int code, const std::string& reason, double now) { client_.closed(code, reason, now); }
  void tokenReady(double now) { client_.tokenReady(now); }
  void tokenFailed(const std::string& code, const std::string& message, double now) {
    client_.tokenFailed(code, message, now);
  }
  void tokenChanged(double now) { client_.tokenChanged(now); }
  void tick(double now) { client_.tick(now); }
  void nudge(double now) { client_.nudge(now); }
  void stop(double now) { client_.stop(now); }
  std::string status() const { return writeJson(client_.status()); }

  uint32_t commit(uint32_t length, double now) {
    const Result<uint32_t> number = client_.commit(input_.take(length), now);
    if (!number) refusal_ = failure(number.error());
    return number ? *number : 0;
  }
  std::string refusal() const { return refusal_; }
  std::string load(const std::string& query, double now) { return numbered("request", client_.load(query, now)); }
  std::string openQuery(const std::string& query) {
    const Result<uint32_t> opened = client_.openQuery(query);
    if (!opened) return failure(opened.error());
    return ObjectText().member("query", *opened).member("model", client_.queryModel(*opened)).take();
  }
  void closeQuery(uint32_t query) { client_.closeQuery(query); }

  std::string claim(const std::string& claim, double now) { return numbered("request", client_.claim(claim, now)); }
  std::string release(const std::string& claim, double now) { return numbered("request", client_.release(claim, now)); }
  std::string reorder(const std::string& order, double now) { return numbered("request", client_.reorder(order, now)); }
  std::string intents(const std::string& filter) const {
    const Result<Json> claims = client_.intents(filter);
    return claims ? writeJson(*claims) : failure(claims.error());
  }
  std::string awaitFree(const std::string& filter, double now) {
    return numbered("request", client_.awaitFree(filter, now));
  }
  void closeRequest(uint32_t request) { client_.closeRequest(request); }
  std::string snapshot(const std::string& entities) {
    const Result<Client::SnapshotTaken> taken = client_.snapshot(entities);
    if (!taken) return failure(taken.error());
    return ObjectText().member("snapshot", taken->snapshot).member("stamp", taken->stamp).take();
  }
  void followSnapshot(uint32_t snapshot, uint32_t follows) { client_.followSnapshot(snapshot, follows > 0); }
  void closeSnapshot(uint32_t snapshot) { client_.closeSnapshot(snapshot); }

  void stage(uint32_t length) { staged_.push_back({input_.keep(), length}); }
  std::string saveImage() {
    image_ = client_.saveImage();
    Json parts = Json::array();
    for (const Client::ImagePart& part : image_.parts) {
      const std::string place = std::to_string(part.model) + "/" + std::to_string(part.chunk);
      const auto length = static_cast<uint32_t>(part.bytes.size());
      parts.push(Json::array().push(place).push(address(part.bytes.data())).push(length));
    }
    return ObjectText().member("manifest", image_.manifest).member("parts", parts).take();
  }
  std::string restoreImage(const std::string& manifest) {
    const List<Staged> staged = std::exchange(staged_, {});
    List<std::string_view> parts;
    for (const Staged& part : staged) parts.emplace_back(part.bytes.get(), part.length);
    const Outcome restored = client_.restoreImage(manifest, parts);
    return restored ? "{}" : failure(restored.error());
  }

  const uint32_t* drain() { return frame_.pack(client_.drain()); }
  const uint32_t* row(int model, uint32_t slot) {
    if (!client_.shows(model, slot)) return nullptr;
    client_.rowRead(model, slot);
    return row_.pack(client_, model, slot);
  }
  const uint32_t* edits(uint32_t query) {
    const List<uint32_t>& edits = client_.edits(query);
    edits_[0] = address(edits.data());
    edits_[1] = static_cast<uint32_t>(edits.size());
    return edits_;
  }
  const uint32_t* string(uint32_t interned) {
    const std::string_view text = client_.string(interned);
    string_[0] = address(text.data());
    string_[1] = static_cast<uint32_t>(text.size());
    return string_;
  }

 private:
  static ClientOptions readOptions(const std::string& text) {
    const Result<Json> json = parseJson(text);
    if (!json) return {};
    ClientOptions options{std::string(json->text("session")), json->text("bootstrap") != "none",
                          std::string(json->text("agent"))};
    options.guardsUpdates = json->text("guard") == "auto";
    return options;
  }
  static std::string numbered(std::string_view name, const Result<uint32_t>& number) {
    return number ? ObjectText().member(name, *number).take() : failure(number.error());
  }

  Client client_;
  Input input_;
  struct Staged {
    std::unique_ptr<char[]> bytes;
    uint32_t length;
  };
  List<Staged> staged_;
  Client::Image image_;
  std::string refusal_;
  PackedFrame frame_;
  PackedRow row_;
  uint32_t edits_[2];
  uint32_t string_[2];
};

}  // namespace ablo::boundary

using ablo::boundary::ClientModule;

extern "C" {
EMSCRIPTEN_KEEPALIVE char* ablo_input(ClientModule* self, uint32_t length) { return self->input().reserve(length); }
EMSCRIPTEN_KEEPALIVE void ablo_receive(ClientModule* self, uint32_t length, double now) {
  self->client().receive(self->input().take(length), now);
  self->input().used();
}
EMSCRIPTEN_KEEPALIVE uint32_t ablo_commit(ClientModule* self, uint32_t length, double now) {
  return self->commit(length, now);
}
EMSCRIPTEN_KEEPALIVE void ablo_stage(ClientModule* self, uint32_t length) { self->stage(length); }
EMSCRIPTEN_KEEPALIVE const uint32_t* ablo_drain(ClientModule* self) { return self->drain(); }
EMSCRIPTEN_KEEPALIVE int ablo_slot(ClientModule* self, int model, uint32_t length) {
  return self->client().slot(model, self->input().take(length));
}
EMSCRIPTEN_KEEPALIVE uint32_t ablo_version(ClientModule* self, int model, uint32_t slot) {
  return self->client().version(model, slot);
}
EMSCRIPTEN_KEEPALIVE const uint32_t* ablo_row(ClientModule* self, int model, uint32_t slot) {
  return self->row(model, slot);
}
EMSCRIPTEN_KEEPALIVE const uint32_t* ablo_edits(ClientModule* self, uint32_t query) { return self->edits(query); }
EMSCRIPTEN_KEEPALIVE uint32_t ablo_count(ClientModule* self, uint32_t query) { return self->client().countRows(query); }
EMSCRIPTEN_KEEPALIVE const uint32_t* ablo_string(ClientModule* self, uint32_t string) { return self->string(string); }
EMSCRIPTEN_KEEPALIVE double ablo_cursor(ClientModule* self) { return self->client().cursor(); }
}

/// Each client has an instance of the module, whose memory goes with it: nothing is destroyed one by one.
template <>
void emscripten::internal::raw_destructor<ClientModule>(ClientModule*) {}

EMSCRIPTEN_BINDINGS(ablo_core) {
  emscripten::class_<ClientModule>("Client")
      .constructor<std::string>()
      .function("pointer", &ClientModule::pointer)
      .function("defineSchema", &ClientModule::defineSchema)
      .function("models", &ClientModule::models)
      .function("start", &ClientModule::start)
      .function("opened", &ClientModule::opened)
      .function("closed", &ClientModule::closed)
      .function("tokenReady", &ClientModule::tokenReady)
      .function("tokenFailed", &ClientModule::tokenFailed)
      .function("tokenChanged", &ClientModule::tokenChanged)
      .function("tick", &ClientModule::tick)
      .function("nudge", &ClientModule::nudge)
      .function("stop", &ClientModule::stop)
      .function("status", &ClientModule::status)
      .function("refusal", &ClientModule::refusal)
      .function("load", &ClientModule::load)
      .function("openQuery", &ClientModule::openQuery)
      .function("closeQuery", &ClientModule::closeQuery)
      .function("saveImage", &ClientModule::saveImage)
      .function("restoreImage", &ClientModule::restoreImage)
      .function("claim", &ClientModule::claim)
      .function("release", &ClientModule::release)
      .function("reorder", &ClientModule::reorder)
      .function("intents", &ClientModule::intents)
      .function("awaitFree", &ClientModule::awaitFree)
      .function("closeRequest", &ClientModule::closeRequest)
      .function("snapshot", &ClientModule::snapshot)
      .function("followSnapshot", &ClientModule::followSnapshot)
      .function("closeSnapshot", &ClientModule::closeSnapshot);
}
