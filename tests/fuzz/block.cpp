// SPDX-License-Identifier: MIT
//
// One choice whether the head is put right, then the block.
#include "stored_image.h"
#include "support.h"
#include "targets.h"

namespace ablo::fuzz {

void block(std::string_view bytes) {
  Choices choices(bytes);
  const bool mends = choices.below(2) == 0;
  const std::string block = mends ? mended(choices.rest()) : choices.rest();
  const Result<Block> read = readBlock(schema(), block);

  Client client({"s1", true, ""});
  greet(client);
  client.receive(block, 0);
  client.receive(loadedWith(read ? hashText(read->checksum) : "0000000000000000"), 0);
  drainAll(client);
  expect((client.cursor() == 1) == static_cast<bool>(read), "a block is taken in when it can be read, and only then");
  if (!read) return;

  // What was read can be written, and is the same then.
  BlockWriter writer(schema(), read->model);
  for (uint32_t row = 0; row < read->rows; ++row) {
    writer.add([&](std::size_t field) { return read->cell(field, row); });
    const int slot = client.slot(read->model, read->id(row));
    expect(slot >= 0 && client.shows(read->model, static_cast<uint32_t>(slot)), "its rows are shown");
  }
  const std::string written = writer.finish();
  const Result<Block> again = readBlock(schema(), written);
  expect(static_cast<bool>(again), "what was written is a block");
  for (uint32_t row = 0; row < read->rows; ++row)
    for (std::size_t field = 0; field < read->columns.size(); ++field)
      expect(read->cell(field, row) == again->cell(field, row), "a block that is written again holds the same");

  const Client::Image image = client.saveImage();
  const std::vector<std::string_view> parts = test::partsOf(image);
  Client next({"s2", true, ""});
  define(next);
  expect(static_cast<bool>(next.restoreImage(image.manifest, parts)), "the image of it can be restored");
  drainAll(next);
}

}  // namespace ablo::fuzz
