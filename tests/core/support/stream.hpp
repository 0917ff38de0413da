#pragma once

#include "fuzz/feed.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

// What came out of a receiver, as a decoder shows it.
struct Outcome {
  OwnedItems items;
  std::string lastEventId;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

// Feeds the chunks one after another, each in memory of its own that is overwritten before the next.
Outcome feedAll(Receiver& receiver, const std::vector<std::string_view>& chunks);
Outcome feedAll(const ReceiverOptions& options, const std::vector<std::string_view>& chunks);

// The items of a stream, with dedup off.
OwnedItems parse(std::string_view stream);

// Where to cut an input in two: everywhere, or at every 97th byte of a long one (a prime, so that the cuts move over it).
std::vector<std::size_t> cutsOf(std::string_view input);

}  // namespace millrace::test
