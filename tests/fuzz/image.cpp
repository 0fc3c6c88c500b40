// SPDX-License-Identifier: MIT
//
// One choice: bit 1, whether checksums and schema of the manifest are put right; bit 2, those of its parts; bit 4, whether the
// parts are the models' chunks in their order. Then the manifest and the parts, each behind its size.
#include <vector>

#include "support.h"
#include "targets.h"

namespace ablo::fuzz {

namespace {

Json namesOf(const std::vector<std::string>& parts) {
  Json models = Json::object();
  for (std::size_t model = 0; model < schema().models.size(); ++model) {
    Json names = Json::array();
    for (const std::string& part : parts)
      if (isBlock(part) && static_cast<unsigned char>(part[16]) == model) names.push(hashText(blockChecksum(part)));
    models.set(schema().models[model].key, names);
  }
  return models;
}

std::string mendedManifest(const std::string& text, const std::vector<std::string>& parts, bool named) {
  const Result<Json> read = parseJson(text);
  Json manifest =
      read && read->isObject() ? *read : Json::object({{"epoch", "e"}, {"cursor", 1}, {"claims", Json::array()}});
  manifest.set("v", 1).set("schema", schema().hash);
  if (named || !manifest.find("models")) manifest.set("models", namesOf(parts));
  manifest.set("checksum", Json());
  const std::string checksum = hashText(hashBytes(writeJson(manifest)));
  return writeJson(manifest.set("checksum", checksum));
}

}  // namespace

void image(std::string_view bytes) {
  Choices choices(bytes);
  const unsigned how = choices.byte();
  std::string manifest = choices.piece();
  std::vector<std::string> parts;
  while (!choices.over() && parts.size() < 8) parts.push_back(how & 2 ? mended(choices.piece()) : choices.piece());
  if (how & 1) manifest = mendedManifest(manifest, parts, how & 4);

  const std::vector<std::string_view> views(parts.begin(), parts.end());
  Client client({"s1", true, "", 1u << 24});
  define(client);
  const bool restored = static_cast<bool>(client.restoreImage(manifest, views));
  drainAll(client);
  expect(restored == (client.cursor() >= 0), "an image is taken whole, or not at all");
  for (int model = 0; model < 2; ++model)
    for (uint32_t slot = 0; slot < kBlockRows && !restored; ++slot)
      expect(!client.shows(model, slot), "nothing is shown of an image that was refused");
  const Client::Image saved = client.saveImage();
  client.start(0);
  drainAll(client);
}

}  // namespace ablo::fuzz
