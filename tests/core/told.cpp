// SPDX-License-Identifier: MIT
#include "told.h"

namespace ablo::test {

Told told(Client& client) {
  using Record = Client::Record;
  Told told;
  const Frame& frame = client.drain();
  const std::vector<uint32_t>& w = frame.words();
  const auto outcome = [](uint32_t outcome, const char* good, std::string_view text) {
    return outcome == 1 ? good : std::string(parseJson(text)->text("code"));
  };
  for (std::size_t i = 0; i < w.size();) switch (static_cast<Record>(w[i])) {
      case Record::row:
        told.rows.emplace(static_cast<int>(w[i + 1]), client.string(w[i + 4]));
        i += 5;
        break;
      case Record::query:
        told.queries.insert(w[i + 1]);
        i += 3;
        break;
      case Record::settled:
        told.settled[w[i + 1]] = outcome(w[i + 2], "confirmed", frame.text(w[i + 5], w[i + 6]));
        if (w[i + 6] > 0) told.said[w[i + 1]] = *parseJson(frame.text(w[i + 5], w[i + 6]));
        i += 7;
        break;
      case Record::answered:
        told.answered[w[i + 1]] = outcome(w[i + 2], "ok", frame.text(w[i + 3], w[i + 4]));
        i += 5;
        break;
      case Record::premise:
        told.premises.push_back(
            {w[i + 1], w[i + 2] == 1, {static_cast<int>(w[i + 3]), std::string(client.string(w[i + 4]))}});
        i += 5;
        break;
      case Record::send:
        told.sent.emplace_back(frame.text(w[i + 1], w[i + 2]));
        i += 3;
        break;
      case Record::warning:
        told.warnings.emplace_back(frame.text(w[i + 1], w[i + 2]));
        i += 3;
        break;
      case Record::claims:
      case Record::lost:
      case Record::wake: i += 3; break;
      case Record::model:
        told.models.insert(static_cast<int>(w[i + 1]));
        i += 2;
        break;
      case Record::forget:
      case Record::disconnect: i += 2; break;
      case Record::status:
      case Record::connect:
      case Record::token: i += 1; break;
    }
  return told;
}

}  // namespace ablo::test
