#include "core/log/segment_chain.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace millrace {
namespace {

std::string joined(const Spans& spans) {
  std::string text;
  for (const std::string_view span : spans.bytes) {
    text.append(span);
  }
  return text;
}

TEST(Spans, neighboursBecomeOne) {
  const std::string text = "abcdef";
  const std::string_view all(text);
  Spans spans;
  spans.append(all.substr(0, 2));
  spans.append(all.substr(2, 2));
  spans.append(all.substr(5, 1));
  EXPECT_EQ(spans.bytes, (std::vector<std::string_view>{"abcd", "f"}));
  EXPECT_EQ(spans.count(), 2U);
  spans.clear();
  EXPECT_EQ(spans.count(), 0U);
}

TEST(Spans, neighboursOfDifferentReadersDoNot) {
  const std::string text = "abcd";
  const std::string_view all(text);
  Spans spans;
  spans.append(all.substr(0, 2));
  spans.begin();
  EXPECT_EQ(spans.count(), 0U);
  spans.append(all.substr(2, 2));
  EXPECT_EQ(spans.bytes, (std::vector<std::string_view>{"ab", "cd"}));
  EXPECT_EQ(spans.count(), 1U);
}

TEST(Spans, pinASegmentOnceInARow) {
  const auto one = std::make_shared<Segment>(1);
  const auto other = std::make_shared<Segment>(1);
  Spans spans;
  for (int times = 0; times < 10; ++times) {
    spans.pin(one);
    spans.pin(other);
  }
  EXPECT_EQ(spans.pins, (std::vector<SegmentPin>{one, other}));
}

TEST(SegmentChain, whatLiesTogetherIsOneSpan) {
  SegmentChain chain;
  std::vector<std::string_view> entries;
  for (std::uint64_t number = 0; number < 50; ++number) {
    entries.push_back(chain.append(number, "0123456789"));
  }
  Spans spans;
  chain.gather(10, entries[10], entries[29], spans);
  EXPECT_EQ(joined(spans).size(), 200U);
  EXPECT_EQ(spans.bytes.size(), 1U);
  EXPECT_EQ(spans.pins.size(), 1U);
}

TEST(SegmentChain, pinnedBytesStayAfterTheirRelease) {
  SegmentChain chain;
  const std::string_view bytes = chain.append(0, "old");
  Spans spans;
  chain.gather(0, bytes, bytes, spans);
  chain.releaseOldest();
  for (std::uint64_t number = 1; number < 100; ++number) {
    chain.append(number, std::string(500, 'n'));
    chain.releaseOldest();
  }
  EXPECT_EQ(joined(spans), "old");
}

TEST(SegmentChain, anEmptiedSegmentIsUsedAgainUnlessItIsPinned) {
  SegmentChain chain;
  const std::string_view first = chain.append(0, "a");
  chain.releaseOldest();
  const std::string_view second = chain.append(1, "b");
  EXPECT_EQ(first.data(), second.data());
  Spans spans;
  chain.pin(1, spans);
  chain.releaseOldest();
  EXPECT_NE(chain.append(2, "c").data(), second.data());
  EXPECT_EQ(second, "b");
}

// Against a list of texts, with pins that are let go of at random.
TEST(SegmentChain, givesAnyRangeOfWhatLives) {
  std::mt19937 random(1);
  SegmentChain chain;
  std::deque<std::pair<std::string, std::string_view>> live;
  std::uint64_t first = 0;
  std::deque<std::pair<Spans, std::string>> pinned;
  for (int step = 0; step < 20000; ++step) {
    if (random() % 5 < 3) {
      const std::string bytes(1 + random() % (random() % 100 == 0 ? 100000 : 200), static_cast<char>('a' + step % 26));
      live.emplace_back(bytes, chain.append(first + live.size(), bytes));
      ASSERT_EQ(live.back().second, bytes);
    } else if (!live.empty() && (live.size() > 50 || random() % 3 == 0)) {
      chain.releaseOldest();
      live.pop_front();
      ++first;
    }
    if (random() % 10 == 0 && !live.empty()) {
      const std::size_t from = random() % live.size();
      const std::size_t to = from + random() % (live.size() - from);
      std::pair<Spans, std::string>& range = pinned.emplace_back();
      chain.gather(first + from, live[from].second, live[to].second, range.first);
      for (std::size_t at = from; at <= to; ++at) {
        range.second += live[at].first;
      }
      ASSERT_LE(range.first.bytes.size(), range.first.pins.size());
    }
    if (pinned.size() > 10) {
      ASSERT_TRUE(joined(pinned.front().first) == pinned.front().second);
      pinned.pop_front();
    }
  }
}

}  // namespace
}  // namespace millrace
