#include "core/wire/parser.hpp"

#include "core/support/stream.hpp"
#include "core/support/text.hpp"
#include "core/support/vector_name.hpp"
#include "core/support/vectors.hpp"
#include "fuzz/feed.hpp"
#include "fuzz/naive_parser.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::feedAll;
using test::Outcome;
using test::ReceiverVector;

// The vectors of the parser and of dedup, which stands behind it.
class ReceiverVectors : public ::testing::TestWithParam<ReceiverVector> {
 protected:
  const ReceiverVector& vector = GetParam();
  const std::string_view input = vector.input;
  const Outcome expected{vector.expect, vector.lastEventId};

  // One that has had the earlier connection.
  [[nodiscard]] std::unique_ptr<Receiver> receiver() const {
    auto made = std::make_unique<Receiver>(vector.options);
    if (!vector.before.empty()) {
      feedAll(*made, {vector.before});
      made->reset();
    }
    return made;
  }
};

TEST_P(ReceiverVectors, holdInOneChunk) { EXPECT_EQ(feedAll(*receiver(), {input}), expected); }

TEST_P(ReceiverVectors, countHeartbeatsWhereverCut) {
  const auto whole = receiver();
  feedAll(*whole, {input});
  EXPECT_EQ(whole->heartbeats(), vector.heartbeats.value_or(whole->heartbeats()));
  EXPECT_EQ(whole->heartbeatEvery(), vector.everyMs.value_or(whole->heartbeatEvery()));
  for (const std::size_t cut : test::cutsOf(input)) {
    const auto cutOne = receiver();
    feedAll(*cutOne, {input.substr(0, cut), input.substr(cut)});
    EXPECT_EQ(cutOne->heartbeats(), whole->heartbeats()) << "cut at " << cut;
    EXPECT_EQ(cutOne->heartbeatEvery(), whole->heartbeatEvery()) << "cut at " << cut;
  }
}

TEST_P(ReceiverVectors, holdCutAnywhere) {
  for (const std::size_t cut : test::cutsOf(input)) {
    const std::string_view head = input.substr(0, cut);
    const std::string_view tail = input.substr(cut);
    EXPECT_EQ(feedAll(*receiver(), {head, tail}), expected) << "cut at " << cut;
    EXPECT_EQ(feedAll(*receiver(), {"", head, "", tail, ""}), expected) << "cut at " << cut << ", empty chunks";
  }
}

TEST_P(ReceiverVectors, holdByteByByte) {
  std::vector<std::string_view> bytes;
  std::vector<std::string_view> bytesAndEmpty;
  for (std::size_t at = 0; at < input.size(); ++at) {
    bytes.push_back(input.substr(at, 1));
    bytesAndEmpty.insert(bytesAndEmpty.end(), {"", input.substr(at, 1)});
  }
  EXPECT_EQ(feedAll(*receiver(), bytes), expected);
  EXPECT_EQ(feedAll(*receiver(), bytesAndEmpty), expected) << "with empty chunks";
}

// Wherever a connection is cut: the next begins anew, with a byte order mark again, and the last finished block's id.
TEST_P(ReceiverVectors, resetForgetsWhatIsUnfinished) {
  const ParserLimits& limits = vector.options.limits;
  if (limits.lineBytes < std::string_view("data:y").size() || limits.eventBytes < std::string_view("y").size()) {
    return;  // too small for the next event
  }
  for (const std::size_t cut : test::cutsOf(input)) {
    const auto made = receiver();
    feedAll(*made, {input.substr(0, cut)});
    const std::string lastEventId = test::replaceInvalidUtf8(made->lastEventId());
    made->reset();
    Outcome outcome{{}, lastEventId};
    if (vector.options.types.passes("message")) {
      outcome.items.push_back(test::eventItem("message", "y", lastEventId));
    }
    EXPECT_EQ(feedAll(*made, {"\xEF\xBB\xBF"
                              "data:y\n\n"}),
              outcome)
        << "reset at " << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(parser, ReceiverVectors, ::testing::ValuesIn(test::receiverVectors("parser")),
                         test::VectorName{});
INSTANTIATE_TEST_SUITE_P(dedup, ReceiverVectors, ::testing::ValuesIn(test::receiverVectors("dedup")),
                         test::VectorName{});

std::vector<ParsedItem> feed(Parser& parser, std::string& chunk) {
  std::vector<ParsedItem> items;
  parser.begin(chunk);
  while (const ParsedItem* const item = parser.next()) {
    items.push_back(*item);
  }
  return items;
}

TEST(Parser, dataOfOneChunkIsJoinedInPlaceAndNotCopied) {
  Parser parser;
  std::string chunk = "data: one\ndata: two\ndata: three\nid: 7\n\n";
  const auto items = feed(parser, chunk);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].data, "one\ntwo\nthree");
  EXPECT_EQ(items[0].data.data(), chunk.data() + 6);
  EXPECT_EQ(items[0].lastEventId, "7");
}

TEST(Parser, itemsOfOneChunkShowTheIdOfTheirTime) {
  Parser parser;
  std::string first = "id: 1\ndata: a\n\n";
  feed(parser, first);
  std::string second = "data: b\n\nid: 2\ndata: c\n\nid\n\ndata: d\n\n";
  const auto items = feed(parser, second);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].lastEventId, "1");
  EXPECT_EQ(items[1].lastEventId, "2");
  EXPECT_EQ(items[2].lastEventId, "");
}

TEST(Parser, theDefaultLimitsLetSixteenMebibytesThroughAndNoByteMore) {
  const std::size_t most = std::size_t{16} * 1024 * 1024;
  const auto lineOf = [](std::size_t bytes) { return "data:" + std::string(bytes - 5, 'x') + "\n"; };
  auto items = test::parse(lineOf(most) + "\n");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].data.size(), most - 5);
  EXPECT_EQ(test::parse(lineOf(most + 1) + "\n"), test::OwnedItems{test::errorItem("LINE_TOO_LONG", most)});
  EXPECT_EQ(test::parse(lineOf(most / 2 + 5) + lineOf(most / 2 + 5) + "\n"),
            test::OwnedItems{test::errorItem("EVENT_TOO_LARGE", most)});
}

// Pieces of a long line lie behind what is there of it, and so does what follows it; also where it is dropped there.
TEST(ParserLongLine, isTheSameWhereverItsPiecesLie) {
  constexpr std::size_t kLines[] = {60'000, 200'000, 33'000, 90'000, 90'000, 65'536, 200'000, 10};
  constexpr std::size_t kLimits[] = {50'000, 100'000, 1'000'000};
  constexpr std::size_t kPieces[] = {5000, 16'384, 65'536};
  std::string stream;
  for (const std::size_t size : kLines) {
    stream.append("id: ").append(std::to_string(size)).append("\ndata: ").append(size, 'x').append("\ndata: y\n\n");
    stream.append("id: after\ndata: z\n\n");
  }
  for (const std::size_t limit : kLimits) {
    for (const ParserLimits limits : {ParserLimits{limit, 1'000'000}, ParserLimits{1'000'000, limit}}) {
      const ReceiverOptions options{0, limits};
      const test::OwnedItems expected = test::NaiveParser(options).connection(stream);
      for (const std::size_t size : kPieces) {
        Receiver receiver(options);
        test::OwnedItems items;
        for (std::size_t at = 0; at < stream.size(); at += size) {
          test::feedBehindLine(receiver, std::string_view(stream).substr(at, size), items);
        }
        EXPECT_TRUE(items == expected) << "limit " << limit << ", pieces of " << size;
      }
    }
  }
}

}  // namespace
}  // namespace millrace
