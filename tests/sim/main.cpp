// SPDX-License-Identifier: MIT
//
// sim: runs the histories of a range of seeds. It stops at the first in which a promise was not kept, says which, and what
// of the history is needed for it; the last line is the figure as JSON.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/hash.h"
#include "history.h"
#include "queues.h"
#include "shrink.h"

using namespace ablo;
using namespace ablo::sim;

namespace {

constexpr const char* kHelp = R"(sim [--histories N] [--seed S]      the histories of the seeds S to S+N-1
    --each                          a line for each
    --without cut,pause,…           no such faults
    --people N --writes N           no more of them
    --queues                        claims alone, beside a plain queue; with --schedule, what is asked, and how they stand
    --schedule                      what the database is told, a line each: for a real one to be told the same
)";

struct Options {
  uint64_t histories = 1000, seed = 1;
  bool each = false, good = true, queues = false;
  Less less;
};

Options read(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string option = arguments[i], value = i + 1 < count ? arguments[i + 1] : "";
    const auto number = [&] { return std::strtoull(arguments[++i], nullptr, 10); };
    if (option == "--each") {
      options.each = true;
    } else if (option == "--queues") {
      options.queues = true;
    } else if (option == "--schedule") {
      // One server, and no backend that goes on unseen: then a call is one step, seen from outside.
      options.less.prints = true;
      options.less.servers = 1;
      options.less.without = {"serverCrash", "deadBackend", "lostAnswer", "databaseCrash", "skew",
                              "trim",        "restore",     "revoke",     "claims"};
    } else if (value.empty()) {
      options.good = false;
    } else if (option == "--histories") {
      options.histories = number();
    } else if (option == "--seed") {
      options.seed = number();
    } else if (option == "--people") {
      options.less.people = static_cast<uint32_t>(number());
    } else if (option == "--writes") {
      options.less.writes = static_cast<uint32_t>(number());
    } else if (option == "--without") {
      ++i;
      for (std::size_t from = 0; from <= value.size();) {
        const std::size_t comma = std::min(value.find(',', from), value.size());
        options.less.without.insert(value.substr(from, comma - from));
        from = comma + 1;
      }
    } else {
      options.good = false;
    }
  }
  return options;
}

/// How to see it again.
std::string optionsOf(uint64_t seed, const Less& less) {
  std::string command = "--histories 1 --seed " + std::to_string(seed);
  std::string without;
  for (const std::string& name : less.without) without += (without.empty() ? "" : ",") + name;
  if (!without.empty()) command += " --without " + without;
  if (less.people < 1000) command += " --people " + std::to_string(less.people);
  if (less.writes < 1000) command += " --writes " + std::to_string(less.writes);
  return command;
}

int runAllQueues(const Options& options) {
  std::string wrong;
  uint64_t seed = options.seed;
  for (; seed < options.seed + options.histories && wrong.empty(); ++seed) {
    if (options.less.prints) std::printf("{\"queues\":%llu}\n", static_cast<unsigned long long>(seed));
    wrong = runQueues(seed, options.less.prints);
    if (!wrong.empty()) std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), wrong.c_str());
  }
  std::printf("{\"figure\":\"sim:queues\",\"holds\":%s,\"values\":{\"queues\":%llu}}\n",
              wrong.empty() ? "true" : "false", static_cast<unsigned long long>(seed - options.seed));
  return wrong.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = read(count, arguments);
  if (!options.good) {
    std::fputs(kHelp, stdout);
    return count == 2 && std::string(arguments[1]) == "--help" ? 0 : 2;
  }
  if (options.queues) return runAllQueues(options);
  uint64_t digest = hashBytes(""), ran = 0, events = 0, writes = 0, confirmed = 0, faultless = 0;
  std::string wrong;
  const std::clock_t began = std::clock();
  for (uint64_t seed = options.seed; ran < options.histories && wrong.empty(); ++seed, ++ran) {
    if (options.less.prints) std::printf("{\"history\":%llu}\n", static_cast<unsigned long long>(seed));
    const Outcome outcome = runHistory(seed, options.less);
    events += outcome.events;
    writes += outcome.writes;
    confirmed += outcome.confirmed;
    faultless += outcome.faultless;
    digest = hashBytes({reinterpret_cast<const char*>(&outcome.digest), sizeof outcome.digest}, digest);
    const auto as = [](uint64_t number) { return static_cast<unsigned long long>(number); };
    if (options.each)
      std::printf("seed %llu: %llu events, %llu writes, %llu confirmed, digest %016llx\n", as(seed), as(outcome.events),
                  as(outcome.writes), as(outcome.confirmed), as(outcome.digest));
    if (outcome.wrong.empty()) continue;
    wrong = outcome.wrong;
    std::printf("seed %llu: %s\n", as(seed), wrong.c_str());
    const Less less = shrink(seed);
    const std::string options = optionsOf(seed, less);
    wrong = runHistory(seed, less).wrong;
    std::printf("npm run sim -- %s\n  %s\n", options.c_str(), wrong.c_str());
    std::printf("For tests/sim/regressions.txt:\n%s  # %s\n", options.c_str(), wrong.c_str());
  }
  const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf(
      "{\"figure\":\"sim\",\"holds\":%s,\"values\":{\"histories\":%.0f,\"violations\":%d,\"writes\":%.0f,\"confirmed\":"
      "%.0f,"
      "\"events\":%.0f,\"faultless\":%.0f,\"cpu_seconds\":%.2f,\"histories_per_second\":%.0f,\"digest\":\"%016llx\"},"
      "\"bounds\":{\"violations\":0}}\n",
      wrong.empty() ? "true" : "false", static_cast<double>(ran), wrong.empty() ? 0 : 1, static_cast<double>(writes),
      static_cast<double>(confirmed), static_cast<double>(events), static_cast<double>(faultless), seconds,
      static_cast<double>(ran) / (seconds > 0 ? seconds : 1), static_cast<unsigned long long>(digest));
  return wrong.empty() ? 0 : 1;
}
