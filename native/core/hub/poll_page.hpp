#pragma once

#include "core/log/replay.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace millrace {

// What a poll is answered with: the next events of a subscriber, as JSON.
struct PollPage {
  // An array of `{"event":…,"data":…,"id":…}`, with `"raw":true` where the data is a text of its own. A snapshot's events have
  // no `id`.
  std::string events = "[]";
  std::string position;            // the id that continues behind them
  std::optional<Verdict> verdict;  // the worst that was said: a snapshot may take so long that a gap follows
  bool hasMore = false;
  std::optional<std::uint32_t> retry;  // milliseconds
};

// Reads events, verdicts and a retry out of what a subscriber was given, whole events. The bytes are written to.
void fillPage(std::string& bytes, PollPage& page);

}  // namespace millrace
