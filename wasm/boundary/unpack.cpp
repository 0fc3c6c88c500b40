// SPDX-License-Identifier: MIT
//
// A module from its text (scripts/wasm-text.mjs tells of its form). This is a module by itself, of 0.7 kB, because a text is
// read once: JavaScript that runs for the first time takes four times as long, and is no smaller.

namespace {

using Byte = unsigned char;

// JavaScript and this share a memory that has nothing else in it. These it fills in:
unsigned& out = *reinterpret_cast<unsigned*>(4);             // where the module is written
const unsigned& alphabet = *reinterpret_cast<unsigned*>(8);  // how many characters it has
const auto places = reinterpret_cast<const Byte*>(128);      // of a character, its place in the alphabet
const auto order = reinterpret_cast<const Byte*>(256);       // the bytes, by their places
const auto operands = reinterpret_cast<const Byte*>(768);    // of an instruction, how many
const auto text = reinterpret_cast<const Byte*>(2048);       // begins with a separator
// And this is where the next character of each stream is.
const auto next = reinterpret_cast<const Byte**>(1024);

constexpr unsigned streams = 69;

[[gnu::noinline]] Byte copy(unsigned stream) {
  unsigned place = places[*next[stream]++];
  if (place < 2) place = (place + 1) * alphabet + places[*next[stream]++];
  return *reinterpret_cast<Byte*>(out++) = order[place];
}

/** Its last byte is below 128, but those of f32.const (67) and f64.const are as many as there are. */
[[gnu::noinline]] unsigned copyNumber(unsigned stream) {
  unsigned value = 0, shift = 0;
  Byte byte;
  do {
    byte = copy(stream);
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127 && stream < 67);
  return value;
}

}  // namespace

/** Gives where the module ends. Streams 0, 1, 6 and 7 are what is before the code, the instructions, locals, and the rest. */
extern "C" [[gnu::visibility("default")]] unsigned unpack() {
  unsigned stream = 0;
  for (auto at = text; stream < streams; at++)
    if (*at == '#') next[stream++] = at + 1;
  const auto codeEnd = next[2] - 1, end = next[8] - 1;
  while (next[0] < next[1] - 1) copy(0);
  while (next[1] < codeEnd) {
    const auto start = reinterpret_cast<Byte*>(out);
    for (unsigned count = 2 * copyNumber(6); count != 0; count--) copyNumber(6);
    for (unsigned depth = 1; depth != 0;) {
      const unsigned instruction = copy(1);
      if (instruction - 2 < 3) depth++;
      if (instruction == 11) depth--;
      unsigned count = operands[instruction];
      if (count == 9) count = copyNumber(instruction) + 1;
      for (; count != 0; count--) copyNumber(instruction);
    }
    // Now its size, which stands before it.
    const unsigned size = out - reinterpret_cast<unsigned>(start);
    unsigned width = 0;
    for (unsigned rest = size; rest != 0; rest >>= 7) width++;
    for (unsigned at = size; at-- != 0;) start[at + width] = start[at];
    for (unsigned at = 0; at < width; at++) start[at] = (size >> 7 * at & 127) | (at + 1 < width ? 128 : 0);
    out += width;
  }
  while (next[7] < end) copy(7);
  return out;
}
