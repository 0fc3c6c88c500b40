// SPDX-License-Identifier: MIT
//
// StoredImage: what a storage has of a client's image: the manifest that came last, and each part that is still there by its
// place. An app's storage does the same (js/src/storage/image.ts).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ablo/client.h"
#include "base/hash.h"
#include "codec/block.h"
#include "random.h"

namespace ablo::test {

/// The parts of an image that has all of them.
inline std::vector<std::string_view> partsOf(const Client::Image& image) {
  std::vector<std::string_view> parts;
  for (const Client::ImagePart& part : image.parts) parts.push_back(part.bytes);
  return parts;
}

class StoredImage {
 public:
  bool empty() const { return manifest_.empty(); }
  const std::string& manifest() const { return manifest_; }

  /// What changed since the last time.
  void save(Client& client) {
    Client::Image image = client.saveImage();
    if (image.manifest.empty()) return;
    manifest_ = std::move(image.manifest);
    for (Client::ImagePart& part : image.parts)
      if (part.bytes.empty())
        parts_.erase({part.model, part.chunk});
      else
        parts_[{part.model, part.chunk}] = std::move(part.bytes);
  }

  Outcome restore(Client& client) const {
    std::vector<std::string_view> parts;
    for (const auto& [place, bytes] : parts_) parts.push_back(bytes);
    return client.restoreImage(manifest_, parts);
  }

  /// The same after an accident: a bit of it is another, a part is cut short, or missing.
  StoredImage damaged(Random& random) const {
    StoredImage image = *this;
    if (parts_.empty() || random.chance(25)) {
      image.manifest_[random.below(manifest_.size())] ^= 1;
      return image;
    }
    const auto part = std::next(image.parts_.begin(), static_cast<std::ptrdiff_t>(random.below(parts_.size())));
    std::string& bytes = part->second;
    // A part that an image before this one left behind may be missing.
    const bool named = manifest_.find(hashText(blockChecksum(bytes))) != manifest_.npos;
    switch (random.below(named ? 3 : 2)) {
      case 0: bytes[random.below(bytes.size())] ^= static_cast<char>(1 << random.below(8)); break;
      case 1: bytes.resize(random.below(bytes.size())); break;
      default: image.parts_.erase(part);
    }
    return image;
  }

 private:
  std::string manifest_;
  std::map<std::pair<int, uint32_t>, std::string> parts_;
};

}  // namespace ablo::test
