// SPDX-License-Identifier: MIT
//
// The image: what this client has confirmed, as blocks and a manifest that names them. Whoever starts with it shows its rows at
// once and catches up from its cursor. What is pending is no part of it.
//
//   {"v": 1, "schema": hash, "epoch", "cursor", "claims": [claim], "models": {key: [checksum or null]}, "checksum"}
#include "base/hash.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr int kVersion = 1;

Error unusable(std::string_view what) { return Error::of(ErrorCode::image_damaged, what); }

std::string checksumOf(Json manifest) { return hashText(hashBytes(writeJson(manifest.set("checksum", Json())))); }

/// A chunk that is gone has no bytes, and takes its place all the same.
std::size_t sizeOf(const Json& models, std::span<const std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  for (const Json::Member& model : models.members())
    for (const Json& chunk : model.value.items())
      if (chunk.isNull()) size += kBlockRows * sizeof(uint64_t);
  return size;
}

}  // namespace

Client::Image Client::Impl::saveImage() {
  if (cursor_ < 0) return {};
  StoreImage saved = store_.save();
  Json claims = Json::array();
  for (const Claim* claim : claims_.list({})) claims.push(claim->json);
  Json manifest = Json::object();
  manifest.set("v", kVersion).set("schema", store_.schema().hash).set("epoch", epoch_).set("cursor", cursor_);
  manifest.set("claims", std::move(claims)).set("models", std::move(saved.models));
  manifest.set("checksum", checksumOf(manifest));
  return {writeJson(manifest), std::move(saved.parts)};
}

Outcome Client::Impl::restoreImage(std::string_view text, std::span<const std::string_view> bytes) {
  const Result<Json> manifest = parseJson(text, kTrustedJson);
  if (!manifest) return unusable(manifest.error().message);
  if (manifest->number("v") != kVersion) return unusable("Its version is not known here.");
  if (manifest->text("checksum") != checksumOf(*manifest)) return unusable("Its checksum is wrong.");
  if (manifest->text("schema") != store_.schema().hash) return Error::of(ErrorCode::schema_mismatch);
  const Json* models = manifest->find("models");
  const double cursor = manifest->number("cursor", -1);
  if (!models || cursor < 0 || cursor_ >= 0)
    return unusable("It says of no moment, or this client has begun without it.");

  if (!hasRoomFor(sizeOf(*models, bytes), kBlockSpread)) return Error::of(ErrorCode::store_full);
  List<Block> blocks;
  for (const std::string_view part : bytes) {
    Result<Block> block = readBlock(store_.schema(), part);
    if (!block) return unusable(block.error().message);
    blocks.push_back(std::move(*block));
  }
  if (const Outcome restored = store_.restore(*models, blocks); !restored) return restored.error();
  if (const Json* claims = manifest->find("claims"))
    for (const Json& claim : claims->items()) claims_.apply(claim);
  cursor_ = cursor;
  epoch_ = manifest->text("epoch");
  loadedOnce_ = true;
  statusChanged();
  return Nothing{};
}

}  // namespace ablo
