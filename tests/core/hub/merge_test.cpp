#include "core/hub/merge.hpp"

#include "core/hub/part_fixture.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace millrace {
namespace {

using test::entryOf;

// Logs of channels, and one of the connection's own.
class MergeTest : public ::testing::Test {
 protected:
  struct Source {
    ChannelLog log;
    Subscription subscription;
  };
  using Texts = std::vector<std::string>;

  Source& makeLog(std::initializer_list<std::uint64_t> sequences) {
    Source& source = *logs.emplace_back(std::make_unique<Source>());
    for (const std::uint64_t sequence : sequences) {
      source.log.append(entryOf(sequence, std::to_string(sequence)));
    }
    return source;
  }
  void addAll(Source& source) { addPart(source, source.log.begin(), source.log.end()); }
  void addPart(Source& source, Cursor from, Cursor to) {
    merge.add({.log = &source.log, .subscription = &source.subscription, .at = from, .end = to});
  }
  void addOwn(const Source& source) {
    merge.add({.log = &source.log, .subscription = nullptr, .at = source.log.begin(), .end = source.log.end()});
  }

  std::string takeOldest() {
    const MergeSource& source = *merge.oldest();
    std::string text(source.log->at(source.at).bytes);
    text += source.subscription == nullptr ? " own" : "";
    merge.advance();
    return text;
  }
  Texts takeAll() {
    Texts texts;
    while (merge.oldest() != nullptr) {
      texts.push_back(takeOldest());
    }
    return texts;
  }

  std::vector<std::unique_ptr<Source>> logs;
  Merge merge;
};

TEST_F(MergeTest, hasNoneWithoutASource) {
  EXPECT_EQ(merge.oldest(), nullptr);
  addAll(makeLog({}));
  EXPECT_EQ(merge.oldest(), nullptr) << "a log without entries";
  EXPECT_EQ(merge.sources().size(), 1U);
}

TEST_F(MergeTest, givesOneLogFromItsCursorToItsEnd) {
  addPart(makeLog({1, 2, 5, 7, 9}), {1}, {4});
  EXPECT_EQ(takeAll(), (Texts{"2", "5", "7"}));
  EXPECT_EQ(merge.sources().front().at, Cursor{4});
}

TEST_F(MergeTest, sortsSeveralBySequence) {
  addAll(makeLog({2, 6, 7}));
  addAll(makeLog({}));
  addAll(makeLog({1, 3, 8}));
  addPart(makeLog({4, 5, 9}), {1}, {2});
  EXPECT_EQ(takeAll(), (Texts{"1", "2", "3", "5", "6", "7", "8"}));
}

TEST_F(MergeTest, ofOneNumberTheOwnComesLast) {
  for (const bool isOwnFirst : {true, false}) {
    merge.clear();
    Source& own = makeLog({1, 1, 2});
    Source& channel = makeLog({1, 2});
    if (isOwnFirst) {
      addOwn(own);
    }
    addAll(channel);
    if (!isOwnFirst) {
      addOwn(own);
    }
    EXPECT_EQ(takeAll(), (Texts{"1", "1 own", "1 own", "2", "2 own"}));
  }
}

TEST_F(MergeTest, saysHowFarEachSourceHasCome) {
  addAll(makeLog({1, 4}));
  addAll(makeLog({2, 3, 5}));
  for (int count = 0; count < 3; ++count) {
    takeOldest();
  }
  EXPECT_EQ(merge.sources()[0].at, Cursor{1});
  EXPECT_EQ(merge.sources()[1].at, Cursor{2});
}

TEST_F(MergeTest, isEmptyOnceCleared) {
  addAll(makeLog({1, 2}));
  addAll(makeLog({3}));
  takeOldest();
  merge.clear();
  EXPECT_EQ(merge.oldest(), nullptr);
  EXPECT_TRUE(merge.sources().empty());
  addAll(makeLog({8}));
  EXPECT_EQ(takeAll(), Texts{"8"});
}

// Few logs are all looked at, many lie in a heap, and many become few while they are read: each number of logs, several times.
TEST_F(MergeTest, isASortOfRandomLogs) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    logs.clear();
    merge.clear();
    const std::size_t channels = 1 + static_cast<std::size_t>(round) % 20;
    for (std::size_t at = 0; at <= channels; ++at) {
      makeLog({});
    }
    std::vector<std::tuple<std::uint64_t, bool, std::size_t>> all;  // sequence, is own, place in its log
    Source& own = *logs.back();
    const std::uint64_t events = random() % 100;
    for (std::uint64_t sequence = 1; sequence <= events; ++sequence) {
      const std::size_t place = random() % logs.size();
      const bool isOwn = place == channels;
      logs[place]->log.append(entryOf(sequence, std::to_string(sequence)));
      all.emplace_back(sequence, isOwn, logs[place]->log.end().next);
      if (random() % 4 == 0) {
        own.log.append(entryOf(sequence, std::to_string(sequence)));
        all.emplace_back(sequence, true, own.log.end().next);
      }
    }
    const std::size_t ownPlace = random() % (channels + 1);
    for (std::size_t at = 0; at <= channels; ++at) {
      at == ownPlace ? addOwn(own) : addAll(*logs[at < ownPlace ? at : at - 1]);
    }
    std::sort(all.begin(), all.end());
    Texts expected;
    for (const auto& [sequence, isOwn, place] : all) {
      expected.push_back(std::to_string(sequence) + (isOwn ? " own" : ""));
    }
    EXPECT_EQ(takeAll(), expected);
    EXPECT_TRUE(std::all_of(merge.sources().begin(), merge.sources().end(),
                            [](const MergeSource& source) { return source.isDone(); }));
  }
}

}  // namespace
}  // namespace millrace
