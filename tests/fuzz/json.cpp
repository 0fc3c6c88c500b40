// SPDX-License-Identifier: MIT
#include "ablo/json.h"

#include "codec/raw_json.h"
#include "support.h"
#include "targets.h"

namespace ablo::fuzz {

namespace {

void values(const Model& model, const Json& json, std::string_view text) {
  for (const Field& field : model.fields) {
    const Value stored = storedValue(field, json);
    expect(Cell(stored) == Cell(storedValueOf(field, text)), "a value is the same, read or raw");
    const Result<Value> value = readValue(model, field, json);
    if (!value) continue;
    const Result<Value> again = readValue(model, field, writeValue(*value));
    expect(static_cast<bool>(again), "what was written can be read");
    expect(Cell(*value) == Cell(*again), "a value that was written is read as it was");
  }
}

}  // namespace

void json(std::string_view bytes) {
  static_cast<void>(RawObject::read(bytes));
  static_cast<void>(rawItems(bytes));
  for (const Field& field : schema().models[0].fields) static_cast<void>(storedValueOf(field, bytes));
  const Result<Json> json = parseJson(bytes);
  static_cast<void>(parseJson(bytes, kTrustedJson));
  if (!json) return;
  const std::string text = writeJson(*json);
  const Result<Json> again = parseJson(text, kTrustedJson);
  expect(again && writeJson(*again) == text, "JSON that was written is read as it was");
  for (const Model& model : schema().models) values(model, *json, text);
}

}  // namespace ablo::fuzz
