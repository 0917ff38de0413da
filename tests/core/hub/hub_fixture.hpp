#pragma once

#include "core/hub/hub.hpp"
#include "core/hub/test_turns.hpp"
#include "core/log/replay.hpp"
#include "core/wire/type_hash.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

// A hub of the epoch "a", a clock that the test moves, and the calls that the tests make all the time.
class HubTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kEpoch = 10;
  static constexpr std::string_view kContinued = "event: millrace.resume\ndata: {\"verdict\":\"continued\"}\n\n";
  static constexpr std::string_view kGap = "event: millrace.resume\ndata: {\"verdict\":\"gap\"}\n\n";
  static constexpr std::string_view kReset = "event: millrace.resume\ndata: {\"verdict\":\"reset\"}\n\n";

  static constexpr std::string_view kBegin = "event: millrace.begin\ndata: {\"resumes\":true}\n\n";
  static constexpr std::string_view kBeginOfItsOwn = "event: millrace.begin\ndata: {\"resumes\":false}\n\n";

  static std::string end(std::string_view reason, bool reconnect = false) {
    return "event: millrace.end\ndata: {\"reason\":\"" + std::string(reason) +
           "\",\"reconnect\":" + (reconnect ? "true" : "false") + "}\n\n";
  }

  // Without heartbeats, so that nothing comes that the test did not ask for.
  static OpenOptions quiet() {
    OpenOptions options;
    options.subscriber.heartbeat.every = Millis{0};
    return options;
  }

  static OpenOptions resuming(std::string_view lastEventId) {
    OpenOptions options = quiet();
    options.lastEventId = lastEventId;
    return options;
  }

  static OpenOptions lagging(std::size_t events, Overflow overflow) {
    OpenOptions options = quiet();
    options.subscriber.lag.events = events;
    options.subscriber.lag.overflow = overflow;
    return options;
  }

  static OpenOptions listening() {
    OpenOptions options = quiet();
    options.kind = SubscriberKind::listener;
    return options;
  }

  void open(SubscriberId id, const OpenOptions& options = quiet(), OwnerId owner = 1) {
    ASSERT_EQ(hub.open(id, owner, options, now), OpenOutcome::opened);
  }

  JoinOutcome tryJoin(SubscriberId id, std::string_view key, std::string_view userId = "",
                      std::initializer_list<std::string_view> types = {}) {
    JoinOptions options;
    options.userId = userId;
    options.types = {types.begin(), types.size()};
    return hub.join(id, key, options, now);
  }

  // From before so many of the newest events.
  void joinFrom(SubscriberId id, std::string_view key, std::size_t last,
                std::initializer_list<std::string_view> types = {}) {
    JoinOptions options;
    options.types = {types.begin(), types.size()};
    options.last = last;
    ASSERT_EQ(hub.join(id, key, options, now), JoinOutcome::joined);
  }

  void join(SubscriberId id, std::string_view key, std::initializer_list<std::string_view> types = {}) {
    ASSERT_EQ(tryJoin(id, key, "", types), JoinOutcome::joined);
  }

  WriteOutcome tryPublish(std::string_view key, const EventFields& fields, const PublishOptions& options = {}) {
    return hub.publish(key, fields, options, now, receipt);
  }

  Receipt publish(std::string_view key, std::string_view data, std::string_view type = "",
                  const PublishOptions& options = {}) {
    EventFields fields;
    fields.type = type;
    fields.data = data;
    EXPECT_EQ(tryPublish(key, fields, options), WriteOutcome::written);
    return receipt;
  }

  Receipt publishAs(std::string_view id, std::string_view key, std::string_view data) {
    EventFields fields;
    fields.id = id;
    fields.data = data;
    EXPECT_EQ(tryPublish(key, fields), WriteOutcome::written);
    return receipt;
  }

  Receipt send(SubscriberId id, std::string_view data) {
    EventFields fields;
    fields.data = data;
    EXPECT_EQ(hub.send(id, fields, now, receipt), WriteOutcome::written);
    return receipt;
  }

  // Takes all that the connection has.
  std::string readAll(SubscriberId id) { return readAtMost(id, ReadLimits{}.bytes); }

  // Takes what one read gives of so many bytes; `hasMore` says whether there is more at once.
  std::string readAtMost(SubscriberId id, std::size_t bytes) {
    ReadLimits limits;
    limits.bytes = bytes;
    Spans spans;
    turns.read(id, now, limits, spans);
    std::string all;
    for (const std::string_view span : spans.bytes) {
      all.append(span);
    }
    hasMore = turns.taken(id, now);
    return all;
  }

  // The same without the notice that every stream begins with (hub_notice_test.cpp).
  std::string read(SubscriberId id) { return withoutBegin(readAll(id)); }

  static std::string withoutBegin(std::string bytes) {
    for (const std::string_view begin : {kBegin, kBeginOfItsOwn}) {
      if (bytes.starts_with(begin)) {
        bytes.erase(0, begin.size());
      }
    }
    return bytes;
  }

  Turn collect(OwnerId owner = 1) {
    Turn turn;
    turns.begin(owner);
    while (turns.collect(owner, 3, now, turn)) {
    }
    return turn;
  }
  std::vector<OwnerId> takeWakes() { return hub.turns().takeWakes(); }

  // A turn in which nobody reads.
  Turn idleTurn(OwnerId owner = 1) {
    Turn turn = collect(owner);
    turns.settle(owner, now);
    return turn;
  }

  // A turn in which everybody who is readable takes everything.
  Turn readingTurn(OwnerId owner = 1) {
    Turn turn = collect(owner);
    for (const SubscriberId id : turn.readable) {
      read(id);
    }
    turns.settle(owner, now);
    return turn;
  }

  // Opens, joins, and reads what a new connection is told, so that only later events come.
  void openAndJoin(SubscriberId id, std::string_view key, const OpenOptions& options = quiet(), OwnerId owner = 1) {
    open(id, options, owner);
    join(id, key);
    readingTurn(owner);
  }

  // An event with an id of the application's, and the cursor behind it.
  static std::string ownEvent(std::string_view id, std::uint64_t sequence, std::string_view data) {
    return "id: " + std::string(id) + "\ndata: " + std::string(data) + "\n\n" + cursor(sequence);
  }
  static std::string cursor(std::uint64_t sequence) { return "id: a." + std::to_string(sequence) + "\n\n"; }

  // "id: a.7\ndata: x\n\n"
  static std::string event(std::uint64_t sequence, std::string_view data) {
    return "id: a." + std::to_string(sequence) + "\ndata: " + std::string(data) + "\n\n";
  }

  // Without time to catch up, so that who is behind is judged in the same turn.
  static HubOptions strict() {
    HubOptions options;
    options.lagGrace = Millis{0};
    return options;
  }

  void pass(std::int64_t milliseconds) { now += Millis(milliseconds); }

  Hub hub{kEpoch, strict()};
  TestTurns turns{hub};
  bool hasMore = false;  // of the last read
  Instant now{Millis(1000)};
  Receipt receipt;
};

}  // namespace millrace::test
