#include "core/log/channel_log.hpp"

#include "core/log/log_entries.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace {
namespace {

using test::conflated;
using test::logEntry;
using test::textFrom;

TEST(ChannelLog, readsWhatWasAppended) {
  ChannelLog log;
  EXPECT_TRUE(log.isEmpty());
  EXPECT_EQ(log.begin(), log.end());
  log.append(logEntry(3, "abc"));
  log.append(logEntry(7, "de"));
  EXPECT_FALSE(log.isEmpty());
  EXPECT_EQ(textFrom(log, log.begin()), "abcde");
  EXPECT_EQ(log.at({1}).sequence, 7U);
  EXPECT_EQ(log.memory().bytes, 5U);
}

TEST(ChannelLog, copiesTheBytes) {
  ChannelLog log;
  std::string bytes = "abc";
  log.append(logEntry(1, bytes));
  bytes = "xyz";
  EXPECT_EQ(textFrom(log, log.begin()), "abc");
}

TEST(ChannelLog, neighboursAreAdjacentInMemory) {
  ChannelLog log;
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    log.append(logEntry(sequence, std::string(100, 'x')));
  }
  for (Cursor cursor = log.begin(); cursor.next + 1 < log.end().next; ++cursor.next) {
    const std::string_view here = log.at(cursor).bytes;
    EXPECT_EQ(here.data() + here.size(), log.at({cursor.next + 1}).bytes.data());
  }
}

TEST(ChannelLog, takesAnEventLargerThanASegment) {
  ChannelLog log;
  const std::string large(200000, 'L');
  log.append(logEntry(1, "a"));
  log.append(logEntry(2, large));
  log.append(logEntry(3, "b"));
  EXPECT_EQ(textFrom(log, log.begin()), "a" + large + "b");
  log.trimBefore({2});
  EXPECT_EQ(textFrom(log, log.begin()), "b");
}

TEST(ChannelLog, afterASequenceComesTheFirstLargerOne) {
  ChannelLog log;
  for (const std::uint64_t sequence : {10U, 20U, 20U, 30U}) {
    log.append(logEntry(sequence, "x"));
  }
  EXPECT_EQ(log.after(0), Cursor{0});
  EXPECT_EQ(log.after(9), Cursor{0});
  EXPECT_EQ(log.after(10), Cursor{1});
  EXPECT_EQ(log.after(15), Cursor{1});
  EXPECT_EQ(log.after(20), Cursor{3});
  EXPECT_EQ(log.after(30), log.end());
  EXPECT_EQ(log.after(UINT64_MAX), log.end());
  log.trimBefore({2});
  EXPECT_EQ(log.after(0), Cursor{2});
  EXPECT_EQ(log.after(20), Cursor{3});
}

TEST(ChannelLog, distanceCountsEventsAndBytesToTheEnd) {
  ChannelLog log;
  EXPECT_EQ(log.distance({0}).events, 0U);
  log.append(logEntry(1, "abc"));
  log.append(logEntry(2, "de"));
  log.append(logEntry(3, "f"));
  EXPECT_EQ(log.distance({0}).events, 3U);
  EXPECT_EQ(log.distance({0}).bytes, 6U);
  EXPECT_EQ(log.distance({1}).bytes, 3U);
  EXPECT_EQ(log.distance(log.end()).bytes, 0U);
  log.trimBefore({2});
  EXPECT_EQ(log.distance({0}).events, 1U) << "what was evicted is no distance";
  EXPECT_EQ(log.distance({0}).bytes, 1U);
}

TEST(ChannelLog, onlyTheNewestOfAConflationKeyIsCurrent) {
  ChannelLog log;
  log.append(conflated(1, "a1", "a"));
  log.append(conflated(2, "b1", "b"));
  log.append(logEntry(3, "plain"));
  log.append(conflated(4, "a2", "a"));
  EXPECT_FALSE(log.isCurrent({0}, {}));
  EXPECT_TRUE(log.isCurrent({1}, {}));
  EXPECT_TRUE(log.isCurrent({2}, {}));
  EXPECT_TRUE(log.isCurrent({3}, {}));
  log.trimBefore({3});
  EXPECT_TRUE(log.isCurrent({3}, {}));
  log.trimBefore({4});
  log.append(conflated(5, "a3", "a"));
  EXPECT_TRUE(log.isCurrent({4}, {}));
}

TEST(ChannelLog, anEventExpiresAtItsInstant) {
  ChannelLog log;
  LogEntry entry = logEntry(1, "x");
  entry.expires = Instant(Millis(100));
  log.append(entry);
  EXPECT_TRUE(log.isCurrent({0}, Instant(Millis(99))));
  EXPECT_FALSE(log.isCurrent({0}, Instant(Millis(100))));
}

TEST(ChannelLog, remembersWhatMayBeMissingFromBeforeItBegan) {
  EXPECT_EQ(ChannelLog().evictedThrough(), 0U);
  ChannelLog log(41);
  EXPECT_EQ(log.evictedThrough(), 41U);
  log.append(logEntry(50, "x"));
  EXPECT_EQ(log.evictedThrough(), 41U);
  log.trimBefore(log.end());
  EXPECT_EQ(log.evictedThrough(), 50U);
}

}  // namespace
}  // namespace millrace
