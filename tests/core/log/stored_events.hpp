#pragma once

#include "core/log/log_store.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

// An event of a test, which owns its texts.
struct TestEvent {
  std::string channel;
  std::uint64_t sequence = 0;
  std::uint64_t after = 0;
  std::string bytes;
  std::string label{};
  std::string conflateKey{};
  UnixTime at{};
  UnixTime expires = kForever;

  [[nodiscard]] StoreEntry entry() const { return {channel, sequence, after, bytes, label, conflateKey, at, expires}; }
  [[nodiscard]] bool is(const StoredEvent& event) const {
    return event.sequence == sequence && event.bytes == bytes && event.label == label &&
           event.conflateKey == conflateKey && event.at == at && event.expires == expires;
  }
};

[[nodiscard]] inline UnixTime atMillis(std::int64_t millis) { return UnixTime(Millis{millis}); }

// What nobody lets go of.
inline constexpr StoreLimits kKeepsAll{std::numeric_limits<std::uint64_t>::max(),
                                       std::numeric_limits<std::uint64_t>::max(), UnixTime::min()};

[[nodiscard]] inline StoreOutcome appendAll(LogStore& store, const std::vector<TestEvent>& events,
                                            const StorePosition& position = {}) {
  std::vector<StoreEntry> entries;
  for (const TestEvent& event : events) {
    entries.push_back(event.entry());
  }
  return store.append(entries, position);
}

// So many events of a channel, with the sequences behind `after`, in one chain.
[[nodiscard]] inline std::vector<TestEvent> chainOf(const std::string& channel, std::uint64_t after, std::size_t count,
                                                    std::uint64_t step = 1) {
  std::vector<TestEvent> events;
  for (std::size_t number = 0; number < count; ++number) {
    const std::uint64_t sequence = after + step;
    events.push_back({channel, sequence, after, channel + " " + std::to_string(sequence)});
    events.back().at = atMillis(static_cast<std::int64_t>(sequence));
    after = sequence;
  }
  return events;
}

// All that a reader gets who begins behind `after`, with pages of so many bytes; and what it is told to be missing, as pairs of
// where it was, and through where.
struct ReadAll {
  std::vector<TestEvent> events;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> lost;
  std::uint64_t through = 0;
  bool hasFailed = false;
};

[[nodiscard]] inline ReadAll readAll(LogStore& store, const std::string& channel, std::uint64_t after = 0,
                                     std::size_t bytes = 1000) {
  ReadAll all;
  all.through = after;
  for (bool hasMore = true; hasMore;) {
    const StorePage page = store.read(channel, all.through, bytes);
    if (page.outcome == StoreOutcome::failed) {
      all.hasFailed = true;
      return all;
    }
    if (page.lostThrough != 0) {
      EXPECT_GT(page.lostThrough, all.through);
      EXPECT_EQ(page.from, page.lostThrough);
      all.lost.emplace_back(all.through, page.lostThrough);
    } else {
      EXPECT_LE(page.from, all.through);
    }
    std::uint64_t before = std::max(all.through, page.from);
    std::size_t sum = 0;
    for (const StoredEvent& event : page.events) {
      EXPECT_GT(event.sequence, before);
      EXPECT_TRUE(sum == 0 || sum < bytes) << "the page was full";
      before = event.sequence;
      sum += event.bytes.size();
      all.events.push_back({channel, event.sequence, 0, std::string(event.bytes), std::string(event.label),
                            std::string(event.conflateKey), event.at, event.expires});
    }
    EXPECT_EQ(page.through, before);
    hasMore = page.hasMore;
    if (hasMore && page.through <= all.through) {
      ADD_FAILURE() << "no progress behind " << all.through;
      return all;
    }
    all.through = page.through;
  }
  return all;
}

[[nodiscard]] inline std::vector<std::uint64_t> sequencesOf(const std::vector<TestEvent>& events) {
  std::vector<std::uint64_t> sequences;
  for (const TestEvent& event : events) {
    sequences.push_back(event.sequence);
  }
  return sequences;
}

// What the store has of a channel.
[[nodiscard]] inline StoredChannel channelOf(LogStore& store, const std::string& key) {
  StoredChannel channel;
  channel.key = key;
  EXPECT_EQ(store.trim(kKeepsAll, channel), StoreOutcome::done);
  return channel;
}

}  // namespace millrace::test
