// What the hub refuses, and what of it a refusal leaves behind.
#include "core/hub/hub_fixture.hpp"

#include <limits>

namespace millrace {
namespace {

class HubLimits : public test::HubTest {
 protected:
  void limit(std::size_t channels, std::size_t channelsPerConnection = 100) {
    HubOptions options = strict();
    options.channels = channels;
    options.channelsPerConnection = channelsPerConnection;
    hub.configure(options);
  }
};

TEST_F(HubLimits, aRefusedPublishMakesNoChannel) {
  EventFields fields;
  EXPECT_EQ(tryPublish("empty", fields), WriteOutcome::empty);
  fields.type = "a\nb";
  EXPECT_EQ(tryPublish("type", fields), WriteOutcome::invalidType);
  fields.type = "";
  fields.id = "";
  EXPECT_EQ(tryPublish("id", fields), WriteOutcome::invalidId);
  EXPECT_EQ(receipt.idFault, IdFault::empty);
  fields.id.reset();
  const std::string large(std::size_t{9} * 1024 * 1024, 'x');
  fields.data = large;
  EXPECT_EQ(tryPublish("large", fields), WriteOutcome::dataTooLarge);
  HubOptions options = strict();
  options.maxBytes = large.size();
  hub.configure(options);
  EXPECT_EQ(tryPublish("large", fields), WriteOutcome::tooLarge);
  EXPECT_EQ(hub.census().stats().channels, 0U);
  EXPECT_EQ(hub.turns().deflates().newest(), 0U);
}

TEST_F(HubLimits, aRefusedJoinMakesNoChannel) {
  HubOptions options = strict();
  options.perChannel = 0;
  hub.configure(options);
  open(1);
  EXPECT_EQ(tryJoin(1, "k"), JoinOutcome::channelFull);
  options = strict();
  options.perUser = 0;
  hub.configure(options);
  EXPECT_EQ(tryJoin(1, "k", "ann"), JoinOutcome::userFull);
  EXPECT_EQ(hub.census().stats().channels, 0U);
}

TEST_F(HubLimits, channelsOfAConnection) {
  limit(100000, 2);
  open(1);
  join(1, "a");
  join(1, "b");
  EXPECT_EQ(tryJoin(1, "c"), JoinOutcome::tooManyChannels);
  EXPECT_EQ(tryJoin(1, "a"), JoinOutcome::alreadyThere);
  EXPECT_EQ(hub.census().stats().channels, 2U);
  hub.leave(1, "a", now);
  join(1, "c");
}

TEST_F(HubLimits, channelsOfTheHub) {
  limit(2);
  publish("a", "1");
  open(1);
  join(1, "b");
  EventFields fields;
  fields.data = "x";
  EXPECT_EQ(tryPublish("c", fields), WriteOutcome::hubFull);
  EXPECT_EQ(tryJoin(1, "c"), JoinOutcome::hubFull);
  publish("a", "2");
  publish("b", "3");
  open(2);
  join(2, "a");
  hub.leave(1, "b", now);
  EXPECT_EQ(tryJoin(2, "c"), JoinOutcome::hubFull) << "an event is in b";
}

TEST_F(HubLimits, aFullHubLooksForChannelsWhoseEventsAreTooOld) {
  HubOptions options = strict();
  options.channels = 2;
  options.history.ttl = Millis(1000);
  hub.configure(options);
  publish("a", "1");
  publish("b", "1");
  EventFields fields;
  fields.data = "x";
  EXPECT_EQ(tryPublish("c", fields), WriteOutcome::hubFull);
  pass(1001);
  EXPECT_EQ(tryPublish("c", fields), WriteOutcome::written);
  EXPECT_EQ(hub.census().stats().channels, 1U);
  options.history.events = 0;
  options.channels = 3;
  hub.configure(options);
  publish("d", "1");
  publish("e", "1");
  EXPECT_EQ(tryPublish("f", fields), WriteOutcome::hubFull) << "it has looked a moment ago";
  pass(1000);
  EXPECT_EQ(tryPublish("f", fields), WriteOutcome::written) << "nothing is in the others";
}

TEST_F(HubLimits, idsThatCannotComeBackAreRefusedInPrivateEventsToo) {
  open(1);
  EventFields fields;
  fields.data = "x";
  fields.id = "a.1";
  EXPECT_EQ(hub.send(1, fields, now, receipt), WriteOutcome::invalidId);
  EXPECT_EQ(receipt.idFault, IdFault::reserved);
}

// An unlimited history wrapped the half of it that is left to who is disconnected to nothing, and all were disconnected.
TEST_F(HubLimits, anUnlimitedHistoryIsNotNearlyFull) {
  HubOptions options = strict();
  options.history.events = std::numeric_limits<std::size_t>::max();
  options.history.bytes = std::numeric_limits<std::size_t>::max();
  hub.configure(options);
  openAndJoin(1, "k");
  publish("k", "1");
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_EQ(read(1), event(1, "1"));
}

TEST_F(HubLimits, aRetryAboveWhatClientsReadIsTheLargestTheyDo) {
  openAndJoin(1, "k");
  DrainOptions drain;
  drain.retryFrom = Millis(std::int64_t{1} << 32);
  drain.retrySpread = Millis(0);
  hub.drain(drain, now);
  EXPECT_EQ(read(1), "retry: 4294967295\n\n");
  EXPECT_EQ(hub.access().nextRetry(), 4294967295U);
}

TEST_F(HubLimits, whoComesWhileTheHubDrainsComesBackAtATimeOfItsOwn) {
  DrainOptions drain;
  drain.retryFrom = Millis(1000);
  drain.retrySpread = Millis(1000);
  hub.drain(drain, now);
  std::vector<std::size_t> tenths(10);
  for (int count = 0; count < 1000; ++count) {
    const std::uint32_t retry = hub.access().nextRetry();
    ASSERT_GE(retry, 1000U);
    ASSERT_LT(retry, 2000U);
    ++tenths[(retry - 1000) / 100];
  }
  for (const std::size_t count : tenths) {
    EXPECT_NEAR(static_cast<double>(count), 100, 5);
  }
}

}  // namespace
}  // namespace millrace
