#include "core/hub/hub_metrics.hpp"

#include "core/hub/hub_alerts.hpp"
#include "core/hub/hub_fixture.hpp"
#include "core/hub/subscriber.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace millrace {
namespace {

std::uint64_t totalOf(const Histogram& histogram) {
  return std::accumulate(histogram.counts().begin(), histogram.counts().end(), std::uint64_t{0});
}

class HubMetricsTest : public test::HubTest {
 protected:
  HubMetricsTest() {
    HubOptions options;
    options.policies = {{"rooms", "room:*", {}}};
    hub.configure(options);
  }

  ClassMetrics of(std::string_view name) {
    for (const PolicyMetrics& policy : hub.metrics().policies()) {
      if (policy.name == name) {
        return policy.counts;
      }
    }
    ADD_FAILURE() << "there is no policy " << name;
    return {};
  }
  ClassMetrics rooms() { return of("rooms"); }
  ClassMetrics rest() { return of(""); }

  static std::uint64_t ended(const ClassMetrics& metrics, CloseReason reason) {
    return metrics.ended[static_cast<std::size_t>(reason)];
  }
};

TEST_F(HubMetricsTest, whatIsPublishedCountsInTheChannelsPolicy) {
  publish("room:1", "hello");
  publish("room:2", std::string(1000, 'x'));
  publish("other", "hello");
  EXPECT_EQ(rooms().published, 2U);
  EXPECT_EQ(totalOf(rooms().eventBytes), 2U);
  EXPECT_EQ(rooms().eventBytes.sum(), rooms().publishedBytes);
  EXPECT_GT(rooms().publishedBytes, 1000U);
  EXPECT_EQ(rest().published, 1U);
}

TEST_F(HubMetricsTest, anEventIsDeliveredOnceToEachConnectionThatTakesItAndNotToListeners) {
  for (const SubscriberId id : {1U, 2U}) {
    open(id);
    join(id, "room:1");
  }
  open(3, listening());
  join(3, "room:1");
  publish("room:1", "a");
  publish("room:1", "b");
  EXPECT_EQ(rooms().delivered, 0U) << "nobody has taken it";
  for (const SubscriberId id : {1U, 2U, 3U}) {
    static_cast<void>(read(id));
  }
  EXPECT_EQ(rooms().delivered, 4U);
  EXPECT_EQ(totalOf(rooms().latency), 2U) << "once a span";
}

TEST_F(HubMetricsTest, eventsThatAFilterLeavesOutAreNotDelivered) {
  open(1);
  join(1, "room:1", {"wanted"});
  publish("room:1", "a", "other");
  publish("room:1", "b", "wanted");
  publish("room:1", "c", "other");
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().delivered, 1U);
}

TEST_F(HubMetricsTest, ofSeveralChannelsEachEventCountsInItsOwnPolicy) {
  open(1);
  join(1, "room:1");
  join(1, "other");
  publish("room:1", "a");
  publish("other", "b");
  publish("other", "c");
  send(1, "its own");
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().delivered, 2U) << "with its own, for the stream counts where its first channel does";
  EXPECT_EQ(rest().delivered, 2U);
}

TEST_F(HubMetricsTest, whatIsTakenInPartCountsOnce) {
  open(1);
  join(1, "room:1");
  static_cast<void>(read(1));
  publish("room:1", "first");
  publish("room:1", "second");
  Spans spans;
  turns.read(1, now, {}, spans);
  const std::string_view all = spans.bytes.front();
  turns.takenUpTo(1, all.data() + all.find("second"), now);
  EXPECT_EQ(rooms().delivered, 2U) << "the second was cut: it is on its way";
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().delivered, 2U);
}

TEST_F(HubMetricsTest, latencyIsTheTimeFromTheOldestEventsAppendOrFromTheStreamsBeginning) {
  publish("room:1", "long ago");
  now += Millis(5000);
  open(1, resuming("a.0"));
  join(1, "room:1");
  now += Millis(3);
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().latency.sum(), 3U) << "the history waited for nobody";
  publish("room:1", "now");
  now += Millis(40);
  publish("room:1", "later");
  now += Millis(2);
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().latency.sum(), 3U + 42U);
}

TEST_F(HubMetricsTest, streamsCountWhereTheirFirstChannelDoes) {
  open(1);
  join(1, "room:1");
  join(1, "other");
  open(2, resuming("a.0"));
  join(2, "room:1");
  open(3);
  static_cast<void>(read(3));
  EXPECT_EQ(rooms().opened, 2U);
  EXPECT_EQ(rooms().resumed, 1U);
  EXPECT_EQ(rest().opened, 1U) << "one that reads no channel";
  static_cast<void>(read(2));
  EXPECT_EQ(rooms().verdicts[static_cast<std::size_t>(Verdict::continued)], 1U);
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().verdicts[static_cast<std::size_t>(Verdict::continued)], 1U) << "the first came without a cursor";
}

TEST_F(HubMetricsTest, endsCountByTheirReasonWithTheirDuration) {
  for (const SubscriberId id : {1U, 2U, 3U}) {
    open(id);
    join(id, "room:1");
  }
  now += Millis(2000);
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now));
  hub.close(1, now);
  hub.close(2, now);
  hub.close(3, now, CloseReason::refused);
  const ClassMetrics metrics = rooms();
  EXPECT_EQ(ended(metrics, CloseReason::closed), 1U);
  EXPECT_EQ(ended(metrics, CloseReason::disconnected), 1U);
  EXPECT_EQ(ended(metrics, CloseReason::refused), 1U);
  EXPECT_EQ(metrics.duration.sum(), 6000U);
}

TEST_F(HubMetricsTest, pollsListenersAndWhatWasNeverJoinedOrReadAreNoStreams) {
  OpenOptions poll = quiet();
  poll.kind = SubscriberKind::poll;
  open(1, poll);
  join(1, "room:1");
  static_cast<void>(read(1));
  open(2, listening());
  join(2, "room:1");
  open(3);
  for (const SubscriberId id : {1U, 2U, 3U}) {
    hub.close(id, now);
  }
  for (const ClassMetrics& metrics : {rooms(), rest()}) {
    EXPECT_EQ(metrics.opened, 0U);
    EXPECT_EQ(totalOf(metrics.duration), 0U);
  }
}

TEST_F(HubMetricsTest, whatLeavesAHistoryIsEvictedOrExpired) {
  HubOptions options = hub.options();
  options.history.events = 2;
  options.history.ttl = Millis(1000);
  hub.configure(options);
  for (int event = 0; event < 5; ++event) {
    publish("room:1", "x");
  }
  EXPECT_EQ(rooms().evicted, 3U);
  EXPECT_EQ(rooms().expired, 0U);
  now += Millis(1001);
  publish("room:1", "y");
  EXPECT_EQ(rooms().evicted, 3U);
  EXPECT_EQ(rooms().expired, 2U);
}

TEST_F(HubMetricsTest, refusalsCountByCodeAndTheirNumberOfCodesIsBounded) {
  hub.metrics().noteRefusal(Refused::stream, "FORBIDDEN", "room:1", now);
  hub.metrics().noteRefusal(Refused::event, "EVENT_TOO_LARGE", "room:1", now);
  hub.metrics().noteRefusal(Refused::stream, "DRAINING", "", now);
  EXPECT_EQ(rooms().refusedStreams.counts().at("FORBIDDEN"), 1U);
  EXPECT_EQ(rooms().refusedEvents.counts().at("EVENT_TOO_LARGE"), 1U);
  EXPECT_EQ(rest().refusedStreams.counts().at("DRAINING"), 1U);
  EXPECT_GT(rooms().failureRate.perSecond(now), 0);
  for (int code = 0; code < 1000; ++code) {
    hub.metrics().noteRefusal(Refused::stream, "CODE_" + std::to_string(code), "", now);
  }
  EXPECT_LE(rest().refusedStreams.counts().size(), 65U);
  EXPECT_EQ(rest().refusedStreams.counts().at("OTHER"), 1000U - 63U);
}

TEST_F(HubMetricsTest, whatWasCountedGoesOnWhenThePoliciesAreSetAnew) {
  open(1);
  join(1, "room:1");
  publish("room:1", "a");
  hub.configure(hub.options());
  static_cast<void>(read(1));
  EXPECT_EQ(rooms().published, 1U);
  EXPECT_EQ(rooms().delivered, 1U);
  HubOptions without = hub.options();
  without.policies.clear();
  hub.configure(without);
  publish("room:1", "b");
  static_cast<void>(read(1));
  hub.close(1, now);
  EXPECT_EQ(rest().delivered, 2U) << "what its policy had counted, and what its channel has since";
  EXPECT_EQ(rest().opened, 1U);
  EXPECT_EQ(ended(rest(), CloseReason::disconnected), 1U);
}

TEST_F(HubMetricsTest, memoryGrowsWithWhatThereIsAndGoesWithIt) {
  const MemoryAccount before = hub.metrics().memory();
  EXPECT_EQ(before.events + before.logs + before.channels + before.connections + before.waiting, 0U);
  open(1);
  join(1, "room:1");
  for (int event = 0; event < 100; ++event) {
    publish("room:1", std::string(1000, 'x'));
  }
  send(1, std::string(1000, 'y'));
  const MemoryAccount full = hub.metrics().memory();
  EXPECT_GE(full.events, 100U * 1000U);
  EXPECT_LE(full.events, 3U * 100U * 1000U);
  EXPECT_EQ(full.logs, 100U * sizeof(LogEntry));
  EXPECT_GE(full.connections, sizeof(Subscriber) + 1000U);
  hub.close(1, now);
  EXPECT_EQ(hub.metrics().memory().connections, 0U);
}

TEST_F(HubMetricsTest, alertsAreRaisedByTheHubsOwnNumbers) {
  HubOptions options = hub.options();
  options.connections = 10;
  hub.configure(options);
  HubAlerts alerts;
  AlertRules rules{};
  rules[static_cast<std::size_t>(AlertName::connections)] = {0.8, 0.5, Millis{0}};
  rules[static_cast<std::size_t>(AlertName::latency)] = {1000, 800, Millis{0}};
  rules[static_cast<std::size_t>(AlertName::failures)] = {1, 0.5, Millis{0}};
  rules[static_cast<std::size_t>(AlertName::memory)] = {0.9, 0.8, Millis{0}};
  alerts.configure(rules);
  const auto check = [&](double memory = 0) {
    std::string said;
    for (const AlertReport& report : alerts.check(hub, memory, now)) {
      said.append(alertName(report.name)).append(report.change == AlertChange::raised ? "+ " : "- ");
    }
    return said;
  };
  EXPECT_EQ(check(), "");
  for (SubscriberId id = 1; id <= 9; ++id) {
    open(id);
    join(id, "room:1");
  }
  EXPECT_EQ(check(), "connections+ ");
  publish("room:1", "slow");
  now += Millis(2000);
  for (SubscriberId id = 1; id <= 9; ++id) {
    static_cast<void>(read(id));
  }
  EXPECT_EQ(check(0.95), "latency+ memory+ ");
  for (SubscriberId id = 1; id <= 5; ++id) {
    hub.close(id, now);
  }
  for (int refusal = 0; refusal < 60; ++refusal) {
    hub.metrics().noteRefusal(Refused::stream, "FORBIDDEN", "", now);
  }
  EXPECT_EQ(check(), "connections- failures+ memory- ");
  now += Millis(61000);
  EXPECT_EQ(check(), "latency- failures- ") << "a minute later all of it is over";
  alerts.configure({});
  EXPECT_EQ(check(1), "");
}

}  // namespace
}  // namespace millrace
