// A Receiver fed in pieces, one fed whole, and a naive parser must agree on any bytes.
//
// The last bytes of an input choose the limits and the cuts, so that any stream is an input, and a vector stays what it is.
#include "fuzz/feed.hpp"
#include "fuzz/naive_parser.hpp"
#include "fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::test {
namespace {

// Takes numbers from the end of the input.
class Choices {
 public:
  explicit Choices(std::string_view input) : input_(input) {}

  std::size_t next() {
    if (input_.empty()) {
      return 0;
    }
    const auto last = static_cast<unsigned char>(input_.back());
    input_.remove_suffix(1);
    return last;
  }

  [[nodiscard]] std::string_view rest() const { return input_; }

 private:
  std::string_view input_;
};

struct Plan {
  ReceiverOptions options;
  std::size_t sizes[3] = {1, 1, 1};  // of the pieces, in turn
  std::size_t reconnectAt = 0;       // a new connection begins at this byte
};

std::size_t limitOf(std::size_t choice, std::size_t otherwise) { return choice < 100 ? choice + 1 : otherwise; }

Plan planOf(Choices& choices) {
  Plan plan;
  const std::size_t choice = choices.next();
  plan.options.dedup = choice % 8;
  if (choice >= 128) {
    plan.options.types = TypeFilter::only("message\na\n");
  }
  plan.options.limits.lineBytes = limitOf(choices.next(), plan.options.limits.lineBytes);
  plan.options.limits.eventBytes = limitOf(choices.next(), plan.options.limits.eventBytes);
  for (std::size_t& size : plan.sizes) {
    size = choices.next() % 64;
  }
  plan.sizes[0] += plan.sizes[1] + plan.sizes[2] == 0 ? 1 : 0;  // the others may be empty chunks
  plan.reconnectAt = choices.next() * 4;
  return plan;
}

OwnedItems feedWhole(Receiver& receiver, std::string_view stream) {
  OwnedItems items;
  feedAndSpoil(receiver, stream, items);
  return items;
}

OwnedItems feedInPieces(Receiver& receiver, std::string_view stream, const Plan& plan) {
  OwnedItems items;
  for (std::size_t at = 0, turn = 0; at < stream.size(); ++turn) {
    const std::size_t size = plan.sizes[turn % 3];
    feedAndSpoil(receiver, stream.substr(at, size), items);
    at += size;
  }
  return items;
}

void compare(std::string_view stream, const Plan& plan) {
  Receiver whole(plan.options);
  Receiver pieces(plan.options);
  NaiveParser naive(plan.options);
  const std::size_t end = std::min(plan.reconnectAt, stream.size());
  for (const std::string_view connection : {stream.substr(0, end), stream.substr(end)}) {
    const OwnedItems expected = naive.connection(std::string(connection));
    require(feedWhole(whole, connection) == expected, "fed whole, and the naive parser");
    require(feedInPieces(pieces, connection, plan) == expected, "fed in pieces, and the naive parser");
    require(whole.lastEventId() == naive.lastEventId(), "the last event ID, fed whole");
    require(pieces.lastEventId() == naive.lastEventId(), "the last event ID, fed in pieces");
    require(whole.heartbeats() == naive.heartbeats() && pieces.heartbeats() == naive.heartbeats(),
            "the number of heartbeats");
    whole.reset();
    pieces.reset();
  }
}

}  // namespace
}  // namespace millrace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace::test;
  Choices choices({reinterpret_cast<const char*>(data), size});
  compare(choices.rest(), Plan{});
  const Plan plan = planOf(choices);
  compare(choices.rest(), plan);
  return 0;
}
