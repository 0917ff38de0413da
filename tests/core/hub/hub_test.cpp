// Who is there, what an event becomes, and in which order it is read. hub_resume_test.cpp, hub_turn_test.cpp and
// hub_time_test.cpp have the rest.
#include "core/hub/hub.hpp"

#include "core/hub/hub_fixture.hpp"

namespace millrace {
namespace {

using HubBasics = test::HubTest;

TEST_F(HubBasics, theFirstBytesAreTheIdLine) {
  open(1);
  EXPECT_EQ(read(1), "id: a.0\n\n");
  EXPECT_EQ(read(1), "");
  publish("k", "x");
  open(2);
  EXPECT_EQ(read(2), "id: a.1\n\n") << "the hub's head, without any channel";
}

TEST_F(HubBasics, theRetryLineComesFirst) {
  OpenOptions options = quiet();
  options.retry = 1500;
  open(1, options);
  EXPECT_EQ(read(1), "retry: 1500\n\nid: a.0\n\n");
}

TEST_F(HubBasics, countsThoseThatJoined) {
  open(1);
  open(2);
  EXPECT_EQ(hub.census().stats().connections, 2U);
  EXPECT_EQ(hub.census().connectionCount(), 0U);
  join(1, "k");
  join(1, "l");
  join(2, "k");
  EXPECT_EQ(hub.census().connectionCount(), 2U);
  EXPECT_EQ(hub.census().connectionCount("k"), 2U);
  EXPECT_EQ(hub.census().connectionCount("l"), 1U);
  EXPECT_EQ(hub.census().connectionCount("m"), 0U);
  EXPECT_EQ(hub.census().keys(), (std::vector<std::string_view>{"k", "l"}));

  EXPECT_TRUE(hub.leave(1, "k", now));
  EXPECT_FALSE(hub.leave(1, "k", now));
  EXPECT_FALSE(hub.leave(1, "m", now));
  EXPECT_EQ(hub.census().connectionCount(), 2U);
  hub.close(1, now);
  hub.close(1, now);
  EXPECT_EQ(hub.census().stats().connections, 1U);
  EXPECT_EQ(hub.census().connectionCount(), 1U);
  EXPECT_EQ(hub.census().keys(), (std::vector<std::string_view>{"k"}));
}

TEST_F(HubBasics, aListenerReadsAndIsNotCounted) {
  HubOptions options = strict();
  options.connections = 1;
  options.perChannel = 1;
  hub.configure(options);
  open(1, listening());
  open(2, listening());
  join(1, "k");
  join(2, "k");
  EXPECT_EQ(hub.census().stats().connections, 0U);
  EXPECT_EQ(hub.census().connectionCount(), 0U);
  EXPECT_EQ(hub.census().connectionCount("k"), 0U);
  EXPECT_TRUE(hub.census().keys().empty());
  EXPECT_EQ(publish("k", "x").recipients, 0U);
  EXPECT_EQ(read(1), event(1, "x")) << "and no id line";
  open(3);
  EXPECT_EQ(tryJoin(3, "k"), JoinOutcome::joined);
}

TEST_F(HubBasics, theOrderOfMembersSurvivesLeaving) {
  for (SubscriberId id = 1; id <= 5; ++id) {
    open(id);
    join(id, "l");
    join(id, "k");
    read(id);
  }
  for (const SubscriberId id : {2U, 5U, 1U}) {
    EXPECT_TRUE(hub.leave(id, "l", now));
    EXPECT_TRUE(hub.leave(id, "k", now));
  }
  EXPECT_EQ(publish("k", "x").recipients, 2U);
  for (SubscriberId id = 1; id <= 5; ++id) {
    EXPECT_EQ(read(id), id == 3 || id == 4 ? event(1, "x") : "") << id;
  }
}

TEST_F(HubBasics, joinSaysWhyNot) {
  HubOptions options = strict();
  options.connections = 4;
  options.perChannel = 2;
  options.perUser = 1;
  hub.configure(options);
  for (SubscriberId id = 1; id <= 4; ++id) {
    open(id);
  }
  EXPECT_EQ(hub.open(5, 1, quiet(), now), OpenOutcome::serverFull);
  EXPECT_EQ(tryJoin(5, "k"), JoinOutcome::closed);
  EXPECT_EQ(tryJoin(1, "k", "ann"), JoinOutcome::joined);
  EXPECT_EQ(tryJoin(1, "k", "ann"), JoinOutcome::alreadyThere);
  EXPECT_EQ(tryJoin(1, "l", "ann"), JoinOutcome::joined) << "a connection counts once";
  EXPECT_EQ(tryJoin(2, "k", "ann"), JoinOutcome::userFull);
  EXPECT_EQ(tryJoin(2, "k", "bob"), JoinOutcome::joined);
  EXPECT_EQ(tryJoin(3, "k", "cyd"), JoinOutcome::channelFull);
  EXPECT_EQ(tryJoin(3, "l"), JoinOutcome::joined) << "nobody in particular has no limit";
  EXPECT_EQ(tryJoin(4, "m"), JoinOutcome::joined);
  hub.close(1, now);
  EXPECT_EQ(hub.open(5, 1, quiet(), now), OpenOutcome::opened);
  EXPECT_EQ(tryJoin(5, "k", "ann"), JoinOutcome::joined) << "the places are free again";
}

TEST_F(HubBasics, aReceiptHasTheIdAndWhoWantsTheType) {
  open(1);
  open(2);
  open(3);
  join(1, "k");
  join(2, "k", {"tick"});
  join(3, "k", {"message", "tock"});
  const Receipt tick = publish("k", "x", "tick");
  EXPECT_EQ(tick.id, "a.1");
  EXPECT_EQ(tick.recipients, 2U);
  EXPECT_EQ(publish("k", "x", "tock").recipients, 2U);
  EXPECT_EQ(publish("k", "x").recipients, 2U) << "without a type it is a message";
  EXPECT_EQ(publish("k", "x", "message").recipients, 2U);
  EXPECT_EQ(publish("k", "x", "other").recipients, 1U);
  EXPECT_EQ(publish("l", "x").recipients, 0U);
  EXPECT_EQ(publishAs("order-1", "k", "x").id, "order-1");
  EXPECT_EQ(publish("k", "x").id, "a.8") << "an event with an id of its own has a number too";
}

TEST_F(HubBasics, aTypeThatIsNamedTwiceIsOneType) {
  open(1);
  join(1, "k", {"x", "y", "x", "message", ""});
  EXPECT_EQ(publish("k", "1", "x").recipients, 1U);
  EXPECT_EQ(publish("k", "2").recipients, 1U);
  EXPECT_TRUE(hub.leave(1, "k", now));
  EXPECT_EQ(publish("k", "3", "x").recipients, 0U);
}

TEST_F(HubBasics, aFilterLetsItsTypesThroughOnly) {
  open(1);
  join(1, "k", {"tick"});
  read(1);
  publish("k", "1");
  publish("k", "2", "tick");
  publish("k", "3", "tock");
  publish("k", "4", "tick");
  EXPECT_EQ(read(1), "event: tick\nid: a.2\ndata: 2\n\nevent: tick\nid: a.4\ndata: 4\n\n");
}

TEST_F(HubBasics, publishSaysWhyNot) {
  HubOptions options = strict();
  options.history.bytes = 100;
  hub.configure(options);
  EventFields fields;
  EXPECT_EQ(tryPublish("k", fields), WriteOutcome::empty);
  fields.data = "x";
  fields.type = "a\nb";
  EXPECT_EQ(tryPublish("k", fields), WriteOutcome::invalidType);
  fields.type = "";
  fields.id = "a\nb";
  EXPECT_EQ(tryPublish("k", fields), WriteOutcome::invalidId);
  fields.id.reset();
  const std::string large(100, 'x');
  fields.data = large;
  EXPECT_EQ(tryPublish("k", fields), WriteOutcome::tooLarge);
  EXPECT_EQ(hub.send(1, fields, now, receipt), WriteOutcome::closed);
  EXPECT_EQ(hub.comment(1, "x", now), WriteOutcome::closed);
  EXPECT_EQ(publish("k", "x").id, "a.1") << "what is refused has no number";
}

TEST_F(HubBasics, channelsAreMergedBySequence) {
  open(1);
  join(1, "k");
  join(1, "l");
  join(1, "m");
  read(1);
  publish("l", "1");
  publish("k", "2");
  publish("k", "3");
  publish("m", "4");
  publish("l", "5");
  EXPECT_EQ(read(1), event(1, "1") + event(2, "2") + event(3, "3") + event(4, "4") + event(5, "5"));
}

TEST_F(HubBasics, oneChannelWithoutAFilterIsOneSpan) {
  open(1);
  join(1, "k");
  read(1);
  for (int count = 0; count < 20; ++count) {
    publish("k", "x");
  }
  Spans spans;
  turns.read(1, now, {}, spans);
  EXPECT_EQ(spans.bytes.size(), 1U);
}

TEST_F(HubBasics, whatIsSentToOneStandsInTheOrderOfAll) {
  open(1);
  open(2);
  join(1, "k");
  join(2, "k");
  read(1);
  read(2);
  publish("k", "1");
  EXPECT_EQ(send(1, "2").recipients, 1U);
  publish("k", "3");
  EXPECT_EQ(read(1), event(1, "1") + event(2, "2") + event(3, "3"));
  EXPECT_EQ(read(2), event(1, "1") + event(3, "3"));
}

TEST_F(HubBasics, aCommentStandsBehindWhatWasPublishedBeforeIt) {
  open(1);
  join(1, "k");
  read(1);
  publish("k", "1");
  EXPECT_EQ(hub.comment(1, "now", now), WriteOutcome::written);
  publish("k", "2");
  send(1, "3");
  EXPECT_EQ(hub.comment(1, "then", now), WriteOutcome::written);
  EXPECT_EQ(read(1), event(1, "1") + ": now\n\n" + event(2, "2") + event(3, "3") + ": then\n\n");
}

TEST_F(HubBasics, bytesOfTheApplicationStandBehindWhatWasPublishedBeforeThem) {
  open(1);
  join(1, "k");
  EXPECT_EQ(hub.writeRaw(2, "nobody", now), WriteOutcome::closed);
  EXPECT_EQ(hub.writeRaw(1, "", now), WriteOutcome::empty);
  read(1);
  publish("k", "1");
  EXPECT_EQ(hub.writeRaw(1, "event: a\r\n", now), WriteOutcome::written);
  EXPECT_EQ(hub.writeRaw(1, "data: b\n\n", now), WriteOutcome::written);
  publish("k", "2");
  EXPECT_EQ(read(1), event(1, "1") + "event: a\r\ndata: b\n\n" + event(2, "2"));
  hub.configure({.history = {.bytes = 4}});
  EXPECT_EQ(hub.writeRaw(1, "12345", now), WriteOutcome::tooLarge);
}

TEST_F(HubBasics, onlyTheNewestOfAConflationKeyIsRead) {
  openAndJoin(1, "k");
  PublishOptions price;
  price.conflateKey = "price";
  publish("k", "1", "", price);
  publish("k", "other");
  publish("k", "2", "", price);
  EXPECT_EQ(read(1), event(2, "other") + event(3, "2"));
  publish("k", "3", "", price);
  EXPECT_EQ(read(1), event(4, "3"));
}

TEST_F(HubBasics, anExpiredEventIsNotRead) {
  openAndJoin(1, "k");
  PublishOptions options;
  options.ttl = Millis(50);
  publish("k", "short", "", options);
  publish("k", "long");
  pass(50);
  EXPECT_EQ(read(1), event(2, "long"));
}

TEST_F(HubBasics, unknownConnectionsHaveNothing) {
  EXPECT_EQ(read(7), "");
  EXPECT_FALSE(hub.leave(7, "k", now));
  hub.close(7, now);
  hub.closeAll(7, now);
  EXPECT_TRUE(collect(7).readable.empty());
  turns.settle(7, now);
}

}  // namespace
}  // namespace millrace
