#include "core/log/channel_log.hpp"

#include "core/log/log_entries.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace millrace {
namespace {

using test::conflated;
using test::kNoLimits;
using test::logEntry;
using test::textFrom;

TEST(ChannelLogTrim, keepsAtMostTheCount) {
  ChannelLog log;
  for (std::uint64_t sequence = 1; sequence <= 10; ++sequence) {
    log.append(logEntry(sequence, std::to_string(sequence % 10)));
  }
  LogLimits limits = kNoLimits;
  limits.events = 3;
  log.trimBefore(log.kept(limits, {}));
  EXPECT_EQ(textFrom(log, log.begin()), "890");
  EXPECT_EQ(log.evictedThrough(), 7U);
  log.trimBefore(log.kept(limits, {}));
  EXPECT_EQ(log.begin(), Cursor{7}) << "trimming again changes nothing";
}

TEST(ChannelLogTrim, keepsAtMostTheBytes) {
  ChannelLog log;
  log.append(logEntry(1, "aaaa"));
  log.append(logEntry(2, "bbb"));
  log.append(logEntry(3, "cc"));
  LogLimits limits = kNoLimits;
  limits.bytes = 5;
  log.trimBefore(log.kept(limits, {}));
  EXPECT_EQ(textFrom(log, log.begin()), "bbbcc");
  limits.bytes = 1;
  log.trimBefore(log.kept(limits, {}));
  EXPECT_TRUE(log.isEmpty());
  EXPECT_EQ(log.memory().bytes, 0U);
}

TEST(ChannelLogTrim, keepsWhatMayNotBeEvicted) {
  ChannelLog log;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    log.append(logEntry(sequence, "x"));
  }
  LogLimits limits = kNoLimits;
  limits.events = 1;
  EXPECT_EQ(log.kept(limits, {}, Cursor{0}), Cursor{0});
  EXPECT_EQ(log.kept(limits, {}, Cursor{2}), Cursor{2});
  EXPECT_EQ(log.kept(limits, {}, Cursor{5}), Cursor{4}) << "the limit keeps one";
  log.append(logEntry(6, "x"), ChannelLog::Access::held);
  limits.events = 0;
  EXPECT_EQ(log.kept(limits, {}, Cursor{6}), Cursor{5}) << "a held entry is kept";
}

TEST(ChannelLogTrim, keepsWhatIsNotOlderThanTheAge) {
  ChannelLog log;
  log.append(logEntry(1, "a", Instant(Millis(0))));
  log.append(logEntry(2, "b", Instant(Millis(10))));
  LogLimits limits = kNoLimits;
  limits.ttl = Millis(100);
  log.trimBefore(log.kept(limits, Instant(Millis(100))));
  EXPECT_EQ(textFrom(log, log.begin()), "ab");
  log.trimBefore(log.kept(limits, Instant(Millis(101))));
  EXPECT_EQ(textFrom(log, log.begin()), "b");
  log.trimBefore(log.kept(limits, Instant(Millis(111))));
  EXPECT_TRUE(log.isEmpty());
}

TEST(ChannelLogTrim, aConflatedKeyIsForgottenWithItsEntry) {
  ChannelLog log;
  log.append(conflated(1, "a1", "a"));
  log.append(conflated(2, "b1", "b"));
  log.append(conflated(3, "a2", "a"));
  log.trimBefore({1});  // the old one of a: the new one stays the newest
  EXPECT_TRUE(log.isCurrent({1}, {}));
  EXPECT_TRUE(log.isCurrent({2}, {}));
}

TEST(ChannelLogTrim, anEmptiedLogUsesItsMemoryAgain) {
  ChannelLog log;
  log.append(logEntry(1, "a"));
  const char* const start = log.at(log.begin()).bytes.data();
  for (std::uint64_t sequence = 2; sequence < 10000; ++sequence) {
    log.trimBefore(log.end());
    log.append(logEntry(sequence, "b"));
    ASSERT_EQ(log.at(log.begin()).bytes.data(), start);
  }
}

// A stream whose events outgrow its first segment would otherwise never give memory back.
TEST(ChannelLogTrim, anEmptiedLogUsesItsMemoryAgainAfterALargerEvent) {
  ChannelLog log;
  log.append(logEntry(1, "small"));
  log.trimBefore(log.end());
  log.append(logEntry(2, std::string(3000, 'L')));
  const char* const start = log.at(log.begin()).bytes.data();
  log.trimBefore(log.end());
  log.append(logEntry(3, std::string(3000, 'M')));
  EXPECT_EQ(log.at(log.begin()).bytes.data(), start);
}

// The log against a deque of strings, on random appends and trims.
class ChannelLogModel : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(ChannelLogModel, cursorsStayRight) {
  std::mt19937 random(GetParam());
  ChannelLog log;
  std::deque<std::pair<std::uint64_t, std::string>> model;  // sequence, bytes
  std::uint64_t first = 0;
  std::uint64_t sequence = 0;
  for (int step = 0; step < 3000; ++step) {
    const bool isLarge = random() % 50 == 0;
    const std::string bytes(isLarge ? random() % 100000 : random() % 300, static_cast<char>('a' + random() % 26));
    sequence += 1 + random() % 3;
    log.append(logEntry(sequence, bytes));
    model.emplace_back(sequence, bytes);
    if (random() % 8 == 0) {
      LogLimits limits = kNoLimits;
      limits.events = random() % 60;
      limits.bytes = random() % 2 == 0 ? random() % 100000 : SIZE_MAX;
      std::size_t total = 0;
      for (const auto& entry : model) {
        total += entry.second.size();
      }
      while (!model.empty() && (model.size() > limits.events || total > limits.bytes)) {
        total -= model.front().second.size();
        ASSERT_LT(log.evictedThrough(), model.front().first);
        model.pop_front();
        ++first;
      }
      log.trimBefore(log.kept(limits, {}));
      ASSERT_EQ(log.memory().bytes, total);
    }
    ASSERT_EQ(log.begin(), Cursor{first});
    ASSERT_EQ(log.end(), Cursor{first + model.size()});
    for (std::size_t at = 0; at < model.size(); ++at) {
      ASSERT_EQ(log.at({first + at}).sequence, model[at].first);
      ASSERT_EQ(log.at({first + at}).bytes, model[at].second) << "step " << step;
    }
    if (!model.empty()) {
      const std::size_t at = random() % model.size();
      ASSERT_EQ(log.after(model[at].first), Cursor{first + at + 1});
      ASSERT_EQ(log.after(model[at].first - 1), Cursor{first + at});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(seeds, ChannelLogModel, ::testing::Range(0U, 5U));

}  // namespace
}  // namespace millrace
