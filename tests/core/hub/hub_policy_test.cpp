// What a policy says of its channels: which they are, and what they may have.
#include "core/hub/hub_fixture.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

class HubPolicy : public test::HubTest {
 protected:
  void use(std::vector<PolicyRule> rules) {
    HubOptions options = hub.options();
    options.policies = std::move(rules);
    hub.configure(options);
  }

  static PolicyRule rule(const std::string& match, const PolicySettings& settings = {}) {
    return {match, match, settings};
  }
  static PolicySettings limits(std::optional<std::size_t> connections, std::optional<std::size_t> total = {},
                               std::optional<std::size_t> channels = {}) {
    PolicySettings settings;
    settings.connections = connections;
    settings.total = total;
    settings.channels = channels;
    return settings;
  }
  static PolicySettings keeps(std::size_t events) {
    PolicySettings settings;
    settings.historyEvents = events;
    return settings;
  }

  const PolicyMetrics& of(std::string_view name) {
    metrics = hub.metrics().policies();
    for (const PolicyMetrics& policy : metrics) {
      if (policy.name == name) {
        return policy;
      }
    }
    ADD_FAILURE() << "there is no policy " << name;
    return metrics.back();
  }

  // What a new reader gets that was there before everything.
  std::string replay(std::string_view key) {
    const SubscriberId id = ++lastId;
    open(id, resuming("a.0"));
    join(id, key);
    std::string all = read(id);
    hub.close(id, now);
    return all;
  }

  std::vector<PolicyMetrics> metrics;
  SubscriberId lastId = 100;
};

TEST_F(HubPolicy, theFirstThatMatchesCounts) {
  use({rule("room:1", keeps(1)), rule("room:*", keeps(2)), rule("**", keeps(3))});
  for (const std::string_view key : {"room:1", "room:2", "else"}) {
    for (const std::string_view data : {"1", "2", "3", "4"}) {
      publish(key, data);
    }
  }
  EXPECT_EQ(replay("room:1"), std::string(kGap) + event(4, "4"));
  EXPECT_EQ(replay("room:2"), std::string(kGap) + event(7, "3") + event(8, "4"));
  EXPECT_EQ(replay("else"), std::string(kGap) + event(10, "2") + event(11, "3") + event(12, "4"));
  EXPECT_EQ(of("room:1").channels, 1U);
  EXPECT_EQ(of("room:*").channels, 1U);
  EXPECT_EQ(of("**").channels, 1U);
  EXPECT_EQ(of("").channels, 0U);
}

TEST_F(HubPolicy, addedOnesComeBehindThoseOfTheHub) {
  PolicySettings few;
  few.historyEvents = 1;
  PolicySettings some;
  some.historyEvents = 2;
  HubOptions options = strict();
  options.policies = {{"own", "own:*", few}};
  options.addedPolicies = {{"own", "other:*", some}, {"any", "own:*", some}, {"room", "**", some}};
  hub.configure(options);
  EXPECT_EQ(hub.census().policyName("own:1"), "own");
  EXPECT_EQ(hub.census().policyName("other:1"), "room") << "one of a name that is taken is none";
}

TEST_F(HubPolicy, whatAPolicyLeavesOutIsThatOfTheAddedOneForTheSameChannels) {
  PolicySettings module;
  module.historyEvents = 1;
  module.connections = 1;
  PolicySettings hubs;
  hubs.connections = 2;
  const auto counts = [&](std::string_view match, std::string_view key) {
    HubOptions options = strict();
    options.policies = {{"hub", std::string(match), hubs}};
    options.addedPolicies = {{"module", "m:**", module}};
    hub.configure(options);
    publish(key, "1");
    publish(key, "2");
    SubscriberId id = 0;
    const auto canJoin = [&] {
      open(++id);
      return tryJoin(id, key) == JoinOutcome::joined;
    };
    int joined = 0;
    while (canJoin()) {
      ++joined;
    }
    const bool isHubs = joined == 2;
    for (; id > 0; --id) {
      hub.close(id, now, CloseReason::closed);
    }
    const bool isModules = replay(key).starts_with(kGap);
    return std::pair(isHubs, isModules);
  };
  const std::pair both(true, true);
  EXPECT_EQ(counts("**", "m:1"), both) << "it is for all channels";
  EXPECT_EQ(hub.census().policyName("m:1"), "module");
  EXPECT_EQ(counts("m:**", "m:2"), both) << "for the same";
  EXPECT_EQ(hub.census().policyName("m:2"), "hub");
  EXPECT_EQ(counts("m:3", "m:3"), both) << "for one of them";
  EXPECT_EQ(counts("other", "m:4"), std::pair(false, true)) << "for others";
  EXPECT_EQ(counts("other", "other").second, false);
}

TEST_F(HubPolicy, aChannelIsForgottenWhenItsPolicySaysSo) {
  PolicySettings brief;
  brief.channelTtl = Millis(1000);
  HubOptions options = strict();
  options.sweepEvery = Millis(100);
  options.policies = {{"brief", "brief:*", brief}};
  hub.configure(options);
  publish("brief:1", "1");
  publish("long:1", "1");
  for (int pass = 0; pass < 11; ++pass) {
    now += Millis(100);
    hub.tick(now);
  }
  EXPECT_EQ(hub.census().stats().channels, 1U);
}

TEST_F(HubPolicy, whatAPolicyLeavesOutIsTheHubs) {
  HubOptions options = strict();
  options.history.events = 1;
  options.perChannel = 1;
  options.policies = {rule("p")};
  hub.configure(options);
  publish("p", "1");
  publish("p", "2");
  EXPECT_EQ(replay("p"), std::string(kGap) + event(2, "2"));
  openAndJoin(1, "p");
  open(2);
  EXPECT_EQ(tryJoin(2, "p"), JoinOutcome::channelFull);
  options.perChannel = 2;
  hub.configure(options);
  join(2, "p");
}

TEST_F(HubPolicy, anEventMayBeAsLargeAsItsHistory) {
  PolicySettings small;
  small.historyBytes = 100;
  use({rule("small", small)});
  const std::string large(200, 'x');
  EventFields fields;
  fields.data = large;
  EXPECT_EQ(tryPublish("small", fields), WriteOutcome::tooLarge);
  EXPECT_EQ(tryPublish("large", fields), WriteOutcome::written);
}

TEST_F(HubPolicy, connectionsOfAChannelAndOfAllChannels) {
  use({rule("room:*", limits(2, 3))});
  for (SubscriberId id = 1; id <= 5; ++id) {
    open(id);
  }
  join(1, "room:a");
  join(2, "room:a");
  EXPECT_EQ(tryJoin(3, "room:a"), JoinOutcome::channelFull);
  join(3, "room:b");
  EXPECT_EQ(tryJoin(4, "room:b"), JoinOutcome::policyFull);
  join(3, "room:c");  // it counts already
  EXPECT_EQ(of("room:*").connections, 3U);
  hub.leave(3, "room:b", now);
  EXPECT_EQ(tryJoin(4, "room:b"), JoinOutcome::policyFull) << "it reads another one";
  hub.leave(3, "room:c", now);
  EXPECT_EQ(of("room:*").connections, 2U);
  join(4, "room:b");
  join(5, "else");
  hub.close(1, now);
  hub.close(4, now);
  EXPECT_EQ(of("room:*").connections, 1U);
  EXPECT_EQ(of("").connections, 1U);
}

TEST_F(HubPolicy, listenersAreNotCounted) {
  use({rule("room:*", limits(0, 0))});
  open(1, listening());
  join(1, "room:a");
  EXPECT_EQ(of("room:*").connections, 0U);
  open(2);
  EXPECT_EQ(tryJoin(2, "room:a"), JoinOutcome::channelFull);
}

TEST_F(HubPolicy, channelsOfAPolicy) {
  PolicySettings two = limits({}, {}, 2);
  two.historyTtl = Millis(1000);
  use({rule("room:*", two)});
  publish("room:a", "1");
  publish("room:b", "1");
  EventFields fields;
  fields.data = "x";
  EXPECT_EQ(tryPublish("room:c", fields), WriteOutcome::policyChannels);
  open(1);
  EXPECT_EQ(tryJoin(1, "room:c"), JoinOutcome::policyChannels);
  publish("else", "1");
  pass(1001);
  EXPECT_EQ(tryPublish("room:c", fields), WriteOutcome::written) << "the others are too old";
}

TEST_F(HubPolicy, aUserMayPublishSoOften) {
  PolicySettings settings;
  settings.publishesPerUser = RateLimit{2, 2};
  use({rule("room:*", settings)});
  PublishOptions ann;
  ann.userId = "ann";
  publish("room:1", "1", "", ann);
  publish("room:2", "2", "", ann);
  EventFields fields;
  fields.data = "x";
  EXPECT_EQ(tryPublish("room:3", fields, ann), WriteOutcome::userRateLimited);
  EXPECT_EQ(receipt.retryAfter, Millis(500));
  EXPECT_EQ(hub.census().stats().channels, 2U) << "no channel is made for it";
  EXPECT_EQ(tryPublish("else", fields, ann), WriteOutcome::written);
  EXPECT_EQ(tryPublish("room:1", fields), WriteOutcome::written) << "it is no user's";
  PublishOptions bob;
  bob.userId = "bob";
  EXPECT_EQ(tryPublish("room:1", fields, bob), WriteOutcome::written);
  pass(500);
  EXPECT_EQ(tryPublish("room:3", fields, ann), WriteOutcome::written);
  EXPECT_EQ(hub.turns().deflates().newest(), 6U) << "a refused event has no number";
}

// Whoever says later what the policies are: routes are evaluated in any order.
TEST_F(HubPolicy, newPoliciesCountForChannelsThatAreThere) {
  for (const std::string_view data : {"1", "2", "3"}) {
    publish("room:1", data);
  }
  openAndJoin(1, "room:1");
  join(1, "room:2");
  open(2, listening());
  join(2, "room:1");
  EXPECT_EQ(of("").connections, 1U);
  use({rule("room:*", keeps(1))});
  EXPECT_EQ(of("").connections, 0U);
  EXPECT_EQ(of("").channels, 0U);
  EXPECT_EQ(of("room:*").connections, 1U);
  EXPECT_EQ(of("room:*").channels, 2U);
  publish("room:1", "4");
  readingTurn();
  EXPECT_EQ(replay("room:1"), std::string(kGap) + event(4, "4"));
  use({rule("other:*"), rule("room:*", keeps(2))});
  publish("room:1", "5");
  readingTurn();
  EXPECT_EQ(replay("room:1"), std::string(kGap) + event(4, "4") + event(5, "5"));
  EXPECT_EQ(of("room:*").connections, 1U);
  use({});
  EXPECT_EQ(of("").connections, 1U);
  EXPECT_EQ(of("").channels, 2U);
  hub.close(1, now);
  hub.close(2, now);
  EXPECT_EQ(of("").connections, 0U);
}

}  // namespace
}  // namespace millrace
