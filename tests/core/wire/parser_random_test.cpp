#include "core/support/stream.hpp"
#include "fuzz/naive_parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace millrace {
namespace {

using test::NaiveParser;
using test::OwnedItems;

// A stream of the pieces that matter, put together without any sense.
class RandomStream {
 public:
  explicit RandomStream(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string stream(std::size_t pieces) {
    static constexpr std::string_view kPieces[] = {
        "data",
        "data: ",
        "data:",
        "event: ",
        "event:",
        "id: ",
        "id:",
        "id",
        "retry: ",
        "retry:",
        ":",
        " ",
        "  ",
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\n\n",
        "\r",
        "\r",
        "\r\n",
        "\r\n\r\n",
        "\r\r",
        "\n\r",
        "a",
        "b",
        "1",
        "2",
        "42",
        "4294967295",
        "4294967296",
        "99999999999999999999",
        "x: y",
        ": heartbeat",
        ":heartbeat 7\n",
        "heartbeat",
        "dat",
        "Data: x",
        "\xEF\xBB\xBF",
        "\xEF",
        "\xBB",
        "\xBF",
        "\xFF",
        "\xC3\xA4",
        "\xF0\x9F\x98\x80",
        "\xF0\x9F",
        "some words that take some room in a line",
        {"\0", 1},
        "data: a\n",
        "id: 1\ndata: b\n\n",
        "id: 2\ndata: c\n\n",
        "raw\n",
        "raw",
        "event: millrace.begin\ndata: {\"resumes\":true}\n\n",
    };
    std::string text = below(4) == 0 ? "\xEF\xBB\xBF" : "";
    for (std::size_t count = below(pieces); count > 0; --count) {
      text.append(kPieces[below(std::size(kPieces))]);
    }
    return text;
  }

  ReceiverOptions options() {
    ReceiverOptions options;
    options.dedup = below(4);
    if (below(4) == 0) {
      options.types = TypeFilter::only("message\nb\n");
    }
    options.limits.lineBytes = below(2) == 0 ? 1 + below(40) : options.limits.lineBytes;
    options.limits.eventBytes = below(2) == 0 ? 1 + below(40) : options.limits.eventBytes;
    return options;
  }

 private:
  std::mt19937 random_;
};

class ParserAgainstNaive : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(ParserAgainstNaive, agreesOverConnectionsCutAnywhere) {
  constexpr std::uint32_t kRounds = 2000;
  for (std::uint32_t seed = GetParam() * kRounds; seed < (GetParam() + 1) * kRounds; ++seed) {
    RandomStream random(seed);
    const ReceiverOptions options = random.options();
    Receiver receiver(options);
    NaiveParser naive(options);
    for (std::size_t connection = 0; connection < 3; ++connection) {
      const std::string stream = random.stream(40);
      OwnedItems items;
      for (std::size_t at = 0; at < stream.size();) {
        const std::size_t size = random.below(12);
        test::feedAndSpoil(receiver, std::string_view(stream).substr(at, size), items);
        at += size;
      }
      ASSERT_EQ(items, naive.connection(stream)) << "seed " << seed << ": " << ::testing::PrintToString(stream);
      ASSERT_EQ(receiver.lastEventId(), naive.lastEventId()) << "seed " << seed;
      ASSERT_EQ(receiver.heartbeats(), naive.heartbeats()) << "seed " << seed;
      receiver.reset();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(seeds, ParserAgainstNaive, ::testing::Range(0U, 10U));

}  // namespace
}  // namespace millrace
