// SPDX-License-Identifier: MIT
#include "store/strings.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace ablo {

namespace {

constexpr uint32_t kBlock = 64 * 1024;  // bytes; longer text gets a block of its own
constexpr uint32_t kUnit = 4;           // records begin at multiples of it
constexpr uint32_t kUnitBits = 14;      // kBlock / kUnit
constexpr uint32_t kHead = 8;           // number and length, before the text

uint32_t recordSize(std::size_t length) { return kHead + (static_cast<uint32_t>(length) + kUnit - 1) / kUnit * kUnit; }

uint32_t wordAt(const char* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

uint32_t hashOf(std::string_view text) { return static_cast<uint32_t>(quickHash(text)); }

}  // namespace

uint32_t Strings::hold(std::string_view text) {
  if (buckets_.size() * 2 <= used_ * 3) rehash(std::max<std::size_t>(64, buckets_.size() * 2));
  const uint32_t hash = hashOf(text);
  const uint32_t bucket = probe(text, hash);
  if (buckets_[bucket] != 0) {
    ++entry(buckets_[bucket] - 1).holders;
    return buckets_[bucket] - 1;
  }
  uint32_t number = size_;
  if (free_.empty()) {
    if (size_++ % kPage == 0) pages_.push_back(std::make_unique<Entry[]>(kPage));
  } else {
    number = free_.back();
    free_.pop_back();
  }
  const uint32_t place = store(number, text);
  entry(number) = {place, hash, 1, 0};
  buckets_[bucket] = number + 1;
  ++used_;
  return number;
}

void Strings::release(uint32_t number) {
  Entry& entry = this->entry(number);
  if (--entry.holders > 0 || entry.leaving) return;
  entry.leaving = 1;
  left_.push_back(number);
}

uint32_t Strings::find(std::string_view text) const {
  return buckets_.empty() ? kNone : buckets_[probe(text, hashOf(text))] - 1;
}

std::string_view Strings::text(uint32_t number) const {
  if (number >= size_ || entry(number).place == kNone) return {};
  const uint32_t place = entry(number).place;
  const char* at = blocks_[place >> kUnitBits].bytes.get() + (place & ((1u << kUnitBits) - 1)) * kUnit;
  return {at + kHead, wordAt(at + 4)};
}

void Strings::reserve(uint32_t more) {
  std::size_t buckets = std::max<std::size_t>(64, buckets_.size());
  while (buckets * 2 <= (used_ + more) * std::size_t{3}) buckets *= 2;
  if (buckets > buckets_.size()) rehash(buckets);
}

List<uint32_t> Strings::endQuarantine() {
  List<uint32_t> gone;
  for (const uint32_t number : quarantined_) {
    if (entry(number).holders > 0 || entry(number).leaving) continue;  // held again, and perhaps left again
    forget(number);
    gone.push_back(number);
  }
  quarantined_ = std::exchange(left_, {});
  for (const uint32_t number : quarantined_) entry(number).leaving = 0;
  return gone;
}

uint32_t Strings::probe(std::string_view text, uint32_t hash) const {
  const auto mask = static_cast<uint32_t>(buckets_.size() - 1);
  uint32_t bucket = hash & mask;
  while (buckets_[bucket] != 0) {
    const uint32_t number = buckets_[bucket] - 1;
    if (entry(number).hash == hash && this->text(number) == text) break;
    bucket = (bucket + 1) & mask;
  }
  return bucket;
}

void Strings::rehash(std::size_t buckets) {
  buckets_.assign(buckets, 0);
  const auto mask = static_cast<uint32_t>(buckets - 1);
  for (uint32_t number = 0; number < size_; ++number) {
    if (entry(number).place == kNone) continue;
    uint32_t bucket = entry(number).hash & mask;
    while (buckets_[bucket] != 0) bucket = (bucket + 1) & mask;
    buckets_[bucket] = number + 1;
  }
}

void Strings::forget(uint32_t number) {
  const std::string_view text = this->text(number);
  const auto mask = static_cast<uint32_t>(buckets_.size() - 1);
  uint32_t hole = probe(text, entry(number).hash);
  // What stands behind the hole and could have stood in it moves up, so that no search ends too early.
  for (uint32_t next = (hole + 1) & mask; buckets_[next] != 0; next = (next + 1) & mask) {
    const uint32_t home = entry(buckets_[next] - 1).hash & mask;
    if (((next - home) & mask) < ((next - hole) & mask)) continue;
    buckets_[hole] = buckets_[next];
    hole = next;
  }
  buckets_[hole] = 0;
  --used_;

  const uint32_t index = entry(number).place >> kUnitBits;
  entry(number).place = kNone;
  free_.push_back(number);
  Block& block = blocks_[index];
  block.waste += recordSize(text.size());
  if (block.waste == block.used || (index != current_ && block.waste * 2 > block.used)) compact(index);
}

uint32_t Strings::store(uint32_t number, std::string_view text) {
  const uint32_t size = recordSize(text.size());
  if (current_ == kNone || blocks_[current_].size - blocks_[current_].used < size) {
    if (freeBlocks_.empty()) {
      freeBlocks_.push_back(static_cast<uint32_t>(blocks_.size()));
      blocks_.emplace_back();
    }
    const uint32_t index = freeBlocks_.back();
    freeBlocks_.pop_back();
    blocks_[index] = {std::make_unique<char[]>(std::max(size, kBlock)), std::max(size, kBlock), 0, 0};
    current_ = index;
  }
  Block& block = blocks_[current_];
  char* at = block.bytes.get() + block.used;
  const uint32_t head[2] = {number, static_cast<uint32_t>(text.size())};
  std::memcpy(at, head, kHead);
  if (!text.empty()) std::memcpy(at + kHead, text.data(), text.size());
  const uint32_t place = current_ << kUnitBits | block.used / kUnit;
  block.used += size;
  return place;
}

/// Moves what lives in a block to the current one, and gives the block back.
void Strings::compact(uint32_t index) {
  const Block block = std::move(blocks_[index]);
  blocks_[index] = {};
  if (index == current_) current_ = kNone;
  for (uint32_t at = 0; at < block.used;) {
    const char* record = block.bytes.get() + at;
    const uint32_t number = wordAt(record), length = wordAt(record + 4);
    if (entry(number).place == (index << kUnitBits | at / kUnit))
      entry(number).place = store(number, {record + kHead, length});
    at += recordSize(length);
  }
  freeBlocks_.push_back(index);
}

std::size_t Strings::bytes() const {
  std::size_t bytes = pages_.size() * kPage * sizeof(Entry) + buckets_.capacity() * sizeof(uint32_t);
  for (const Block& block : blocks_) bytes += block.size;
  return bytes;
}

}  // namespace ablo
