// Who may read no more: revocation, expiry, users who are kept out, and connections that move between channels.
#include "core/hub/hub_fixture.hpp"
#include "core/hub/retry_spread.hpp"

#include <array>
#include <set>
#include <span>

namespace millrace {
namespace {

class HubAccess : public test::HubTest {
 protected:
  using Closings = std::vector<std::pair<SubscriberId, CloseReason>>;

  void openAs(SubscriberId id, std::string_view user, std::string_view key = "k") {
    open(id);
    ASSERT_EQ(tryJoin(id, key, user), JoinOutcome::joined);
  }

  std::size_t disconnect(const SubscriberMatch& match, Return wish = Return::never, std::string_view detail = "") {
    return hub.access().revocations().disconnect(match, {wish, detail}, now);
  }

  JoinOutcome update(SubscriberId id, std::initializer_list<std::string_view> join,
                     std::initializer_list<std::string_view> leave = {}) {
    return hub.access().update(id, {{join.begin(), join.size()}, {leave.begin(), leave.size()}}, now);
  }

  static SubscriberMatch ofUser(std::string_view user) {
    SubscriberMatch match;
    match.userId = user;
    return match;
  }
};

TEST_F(HubAccess, whoIsRevokedIsGivenNothingMore) {
  openAs(1, "ann");
  openAs(2, "bob");
  EXPECT_EQ(read(1), cursor(0));
  publish("k", "1");
  send(1, "2");
  EXPECT_EQ(disconnect(ofUser("ann"), Return::never, "locked"), 1U);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::revoked}}));
  EXPECT_EQ(read(1),
            "event: millrace.end\ndata: {\"reason\":\"revoked\",\"reconnect\":false,\"detail\":\"locked\"}\n\n");
  EXPECT_EQ(read(1), "");
  EXPECT_EQ(read(2), cursor(0) + event(1, "1")) << "nobody else notices";
  EXPECT_EQ(disconnect(ofUser("ann")), 0U) << "once";
}

TEST_F(HubAccess, whoIsMovedTakesWhatThereIsAndComesBack) {
  openAs(1, "ann");
  EXPECT_EQ(read(1), cursor(0));
  publish("k", "1");
  EXPECT_EQ(disconnect(ofUser("ann"), Return::wanted), 1U);
  publish("k", "2");
  const std::string bytes = read(1);
  EXPECT_TRUE(bytes.starts_with("retry: ")) << bytes;
  EXPECT_TRUE(bytes.ends_with(event(1, "1") + end("moved", true))) << bytes;
}

TEST_F(HubAccess, whoTakesNothingIsClosedSoon) {
  openAs(1, "ann");
  publish("k", "1");
  disconnect(ofUser("ann"));
  idleTurn();
  pass(100);
  hub.tick(now);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::lagging}}));
}

TEST_F(HubAccess, whoIsEndingAlreadyIsRevokedAllTheSame) {
  openAs(1, "ann");
  EXPECT_EQ(read(1), cursor(0));
  publish("k", "1");
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now));
  EXPECT_EQ(disconnect(ofUser("ann")), 1U);
  EXPECT_EQ(read(1), end("closed")) << "without what it was to be given";
}

TEST_F(HubAccess, withoutNoticesTheStreamBreaksOff) {
  OpenOptions options = quiet();
  options.subscriber.hasNotices = false;
  open(1, options);
  ASSERT_EQ(tryJoin(1, "k", "ann"), JoinOutcome::joined);
  disconnect(ofUser("ann"));
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::disconnected}}))
      << "or its client would take it for the whole";
}

TEST_F(HubAccess, matchesAreAllThatIsSaid) {
  openAs(1, "ann", "a");
  openAs(2, "ann", "b");
  openAs(3, "bob", "b");
  hub.access().setFacts(2, {{"tenant", "t"}, {"session", "s"}});
  hub.access().setFacts(3, {{"tenant", "t"}});
  hub.access().setFacts(9, {{"tenant", "t"}});  // there is none
  EXPECT_EQ(disconnect({}), 0U) << "nothing said is nobody";
  SubscriberMatch match = ofUser("ann");
  match.channel = "b";
  match.where = {{"tenant", "u"}};
  EXPECT_EQ(disconnect(match), 0U);
  match.where = {{"tenant", "t"}, {"other", "t"}};
  EXPECT_EQ(disconnect(match), 0U);
  match.where = {{"session", "s"}, {"tenant", "t"}};
  match.subscriber = 1;
  EXPECT_EQ(disconnect(match), 0U);
  match.subscriber = 2;
  EXPECT_EQ(disconnect(match), 1U);
  SubscriberMatch byId;
  byId.subscriber = 7;
  EXPECT_EQ(disconnect(byId), 0U);
  byId.subscriber = 1;
  EXPECT_EQ(disconnect(byId), 1U);
  SubscriberMatch byChannel;
  byChannel.channel = "nowhere";
  EXPECT_EQ(disconnect(byChannel), 0U);
  SubscriberMatch byFact;
  byFact.where = {{"tenant", "t"}};
  EXPECT_EQ(disconnect(byFact), 1U);
}

TEST_F(HubAccess, listenersDoNotEnd) {
  open(1, listening());
  join(1, "k");
  SubscriberMatch match;
  match.channel = "k";
  EXPECT_EQ(disconnect(match), 0U);
}

TEST_F(HubAccess, whoIsDeniedJoinsNothingUntilThen) {
  EXPECT_TRUE(hub.access().revocations().deny("ann", now + Millis{1000}, now));
  open(1);
  EXPECT_EQ(tryJoin(1, "k", "ann"), JoinOutcome::denied);
  EXPECT_EQ(tryJoin(1, "k", "bob"), JoinOutcome::joined);
  openAs(2, "cid");
  EXPECT_TRUE(hub.access().revocations().deny("cid", now + Millis{1000}, now));
  EXPECT_EQ(tryJoin(2, "l", ""), JoinOutcome::denied) << "whose it is already";
  pass(1000);
  open(3);
  EXPECT_EQ(tryJoin(3, "k", "ann"), JoinOutcome::joined);
  EXPECT_TRUE(hub.access().revocations().deny("bob", kNever, now));
  EXPECT_TRUE(hub.access().revocations().isDenied("bob", kNever - Millis{1}));
  EXPECT_TRUE(hub.access().revocations().deny("bob", now, now)) << "not any more";
  EXPECT_FALSE(hub.access().revocations().isDenied("bob", now));
}

TEST_F(HubAccess, soManyAreDeniedAtMost) {
  for (std::size_t at = 0; at < Revocations::kMostDenied; ++at) {
    ASSERT_TRUE(hub.access().revocations().deny("user " + std::to_string(at), now + Millis{1000}, now));
  }
  EXPECT_FALSE(hub.access().revocations().deny("one more", now + Millis{1000}, now));
  EXPECT_TRUE(hub.access().revocations().deny("user 5", now + Millis{2000}, now)) << "who is denied already";
  pass(1000);
  EXPECT_TRUE(hub.access().revocations().deny("one more", now + Millis{1000}, now)) << "the others' time is over";
  EXPECT_TRUE(hub.access().revocations().isDenied("user 5", now));
}

TEST_F(HubAccess, aUserOpensSoManyAMinute) {
  HubOptions options = hub.options();
  options.opensPerUser = {2.0 / 60, 2};
  hub.configure(options);
  openAs(1, "ann");
  openAs(2, "ann");
  open(3);
  EXPECT_EQ(tryJoin(3, "k", "ann"), JoinOutcome::tooFast);
  EXPECT_EQ(hub.access().opensAgainIn("ann", now), Millis{30000});
  EXPECT_EQ(tryJoin(3, "k", "bob"), JoinOutcome::joined);
  EXPECT_EQ(tryJoin(1, "l", "ann"), JoinOutcome::joined) << "another channel is no other connection";
  pass(30000);
  open(4);
  EXPECT_EQ(tryJoin(4, "k", "ann"), JoinOutcome::joined);
}

// --- expiry

TEST_F(HubAccess, whatIsLetInForATimeEndsThenAndComesBack) {
  OpenOptions options = quiet();
  options.expiresIn = Millis{500};
  options.subscriber.maxDuration = Millis{1000};
  open(1, options);
  join(1, "k");
  EXPECT_EQ(read(1), cursor(0));
  publish("k", "1");
  pass(499);
  hub.tick(now);
  EXPECT_TRUE(idleTurn().closing.empty());
  pass(1);
  hub.tick(now);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::expired}}));
  const std::string bytes = read(1);
  EXPECT_TRUE(bytes.starts_with("retry: ")) << bytes;
  EXPECT_TRUE(bytes.ends_with(event(1, "1") + end("expired", true))) << bytes;
}

TEST_F(HubAccess, theTimeMayBeAnotherWhenItWasAskedAnew) {
  OpenOptions options = quiet();
  options.expiresIn = Millis{500};
  options.subscriber.maxDuration = Millis{1000};
  open(1, options);
  join(1, "k");
  hub.access().expire(1, Millis{800}, now);
  pass(799);
  hub.tick(now);
  EXPECT_TRUE(idleTurn().closing.empty());
  hub.access().expire(1, std::nullopt, now);
  pass(200);
  hub.tick(now);
  EXPECT_TRUE(idleTurn().closing.empty());
  pass(1);
  hub.tick(now);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::durationCap}}));
  hub.access().expire(1, Millis{0}, now);
  hub.access().expire(7, Millis{0}, now);
  EXPECT_TRUE(idleTurn().closing.empty());
}

TEST_F(HubAccess, whileTheHubDrainsItsWaveCounts) {
  open(1);
  join(1, "k");
  hub.drain({}, now);
  hub.access().expire(1, std::nullopt, now);
  hub.tick(now);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::draining}}));
}

// --- other channels

TEST_F(HubAccess, aConnectionMovesBetweenChannels) {
  openAs(1, "ann", "a");
  EXPECT_EQ(read(1), cursor(0));
  publish("b", "before");
  EXPECT_EQ(update(1, {"b", "a"}, {"nowhere"}), JoinOutcome::joined);
  publish("a", "1");
  publish("b", "2");
  EXPECT_EQ(read(1), event(2, "1") + event(3, "2"));
  EXPECT_EQ(update(1, {}, {"a"}), JoinOutcome::joined);
  publish("a", "3");
  publish("b", "4");
  EXPECT_EQ(read(1), event(5, "4"));
}

TEST_F(HubAccess, aMoveThatCannotBeMadeChangesNothing) {
  HubOptions options = hub.options();
  options.channelsPerConnection = 2;
  hub.configure(options);
  openAs(1, "ann", "a");
  EXPECT_EQ(update(1, {"b", "c"}, {"a"}), JoinOutcome::tooManyChannels);
  publish("a", "1");
  publish("b", "2");
  EXPECT_EQ(read(1), cursor(0) + event(1, "1")) << "it reads the first alone";
  EXPECT_EQ(update(7, {"b"}), JoinOutcome::closed);
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now));
  EXPECT_EQ(update(1, {"b"}), JoinOutcome::closed);
}

TEST_F(HubAccess, whatEndsItElsewhereEndsItInANewChannelIfItDoesInAll) {
  OpenOptions options = quiet();
  options.subscriber.closeAfter = {typeHash("done")};
  open(1, options);
  join(1, "a");
  EXPECT_EQ(update(1, {"b"}), JoinOutcome::joined);
  publish("b", "1", "done");
  read(1);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::completed}}));
  open(2, options);
  JoinOptions notHere;
  notHere.endsSubscriber = false;
  ASSERT_EQ(hub.join(2, "a", notHere, now), JoinOutcome::joined);
  EXPECT_EQ(update(2, {"b"}), JoinOutcome::joined);
  publish("b", "1", "done");
  read(2);
  EXPECT_TRUE(idleTurn().closing.empty());
}

TEST_F(HubAccess, aNewChannelIsReadAsTheFirstOneIs) {
  open(1);
  const std::array<std::string_view, 1> types{"a"};
  const std::array<std::string_view, 1> labels{"public"};
  JoinOptions options;
  options.types = types;
  options.labels = labels;
  ASSERT_EQ(hub.join(1, "k", options, now), JoinOutcome::joined);
  EXPECT_EQ(update(1, {"l"}), JoinOutcome::joined);
  EXPECT_EQ(read(1), cursor(0));
  PublishOptions internal;
  internal.label = "internal";
  publish("l", "1", "b");
  publish("l", "2", "a", internal);
  EXPECT_EQ(read(1), "");
  publish("l", "3", "a");
  EXPECT_NE(read(1).find('3'), std::string::npos);
}

TEST_F(HubAccess, aClientLeavesWhatItHasChosenAndNothingElse) {
  openAs(1, "ann", "route");
  const std::array<std::string_view, 2> wanted{"route", "chosen"};
  const auto byClient = [&](std::span<const std::string_view> join, std::span<const std::string_view> leave) {
    return hub.access().update(1, {join, leave, true}, now);
  };
  EXPECT_EQ(byClient(wanted, {}), JoinOutcome::joined);
  EXPECT_EQ(hub.access().chosenBy(1), std::vector<std::string_view>{"chosen"});
  EXPECT_EQ(byClient({}, wanted), JoinOutcome::joined);
  EXPECT_TRUE(hub.access().chosenBy(1).empty());
  EXPECT_EQ(hub.census().keys(), std::vector<std::string_view>{"route"});
  EXPECT_TRUE(hub.access().chosenBy(7).empty());
}

TEST_F(HubAccess, whatIsLetInForLessEndsSooner) {
  OpenOptions options = quiet();
  options.expiresIn = Millis{500};
  open(1, options);
  join(1, "k");
  hub.access().expireBy(1, Millis{800}, now);
  hub.access().expireBy(1, Millis{200}, now);
  hub.access().expireBy(7, Millis{0}, now);
  pass(199);
  hub.tick(now);
  EXPECT_TRUE(idleTurn().closing.empty());
  pass(1);
  hub.tick(now);
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::expired}}));
}

TEST_F(HubAccess, whoIsKnownLaterCountsFromThen) {
  openAs(1, "", "k");
  EXPECT_EQ(hub.access().userOf(1), "");
  EXPECT_EQ(hub.access().userOf(7), std::nullopt);
  hub.access().assignUser(1, "ann");
  hub.access().assignUser(1, "bob");
  hub.access().assignUser(7, "bob");
  EXPECT_EQ(hub.access().userOf(1), "ann") << "once";
  EXPECT_EQ(disconnect(ofUser("ann")), 1U);
}

// --- when clients come back

TEST(RetrySpread, isEvenHoweverManyThereAre) {
  const RetrySpread spread{Millis{500}, Millis{1000}};
  std::array<int, 10> tenths{};
  for (std::uint64_t place = 1; place <= 1000; ++place) {
    const std::uint32_t at = spread.at(place);
    ASSERT_GE(at, 500U);
    ASSERT_LT(at, 1500U);
    ++tenths.at((at - 500) / 100);
  }
  for (const int tenth : tenths) {
    EXPECT_NEAR(tenth, 100, 3);
  }
}

TEST(Returns, areSoonForFewAndSpreadForMany) {
  Returns returns;
  Instant now{};
  EXPECT_LT(returns.next(now), 300U);
  std::uint32_t latest = 0;
  for (int at = 0; at < 2000; ++at) {
    latest = std::max(latest, returns.next(now));
  }
  EXPECT_GT(latest, 6000U);
  EXPECT_LT(latest, 10100U);
  now += Millis{1000};
  EXPECT_LT(returns.next(now), 300U) << "a second later";
}

}  // namespace
}  // namespace millrace
