// Reads that are taken in part: what the next begins with, whatever happened in between.
#include "core/hub/hub_fixture.hpp"

#include <algorithm>

namespace millrace {
namespace {

class HubPart : public test::HubTest {
 protected:
  // Reads, and takes only the first bytes: those.
  std::string readPart(SubscriberId id, std::size_t bytes) {
    Spans spans;
    turns.read(id, now, {}, spans);
    std::string part;
    const char* firstUntaken = nullptr;
    for (const std::string_view span : spans.bytes) {
      const std::size_t left = bytes - part.size();
      if (firstUntaken == nullptr && left < span.size()) {
        firstUntaken = span.data() + left;
      }
      part.append(span.substr(0, left));
    }
    EXPECT_NE(firstUntaken, nullptr) << "there is no more than that";
    turns.takenUpTo(id, firstUntaken, now);
    return part;
  }

  // As the hub gave it its number.
  std::string publishOne(std::string_view key, std::string_view data) {
    return "id: " + publish(key, data).id + "\ndata: " + std::string(data) + "\n\n";
  }
  std::string sendOne(SubscriberId id, std::string_view data) {
    return "id: " + send(id, data).id + "\ndata: " + std::string(data) + "\n\n";
  }

  void keep(std::size_t events) {
    HubOptions options = strict();
    options.history.events = events;
    hub.configure(options);
  }
};

TEST_F(HubPart, eventsAreWholeWhereverTheyAreCut) {
  for (std::size_t cut = 0; cut < 36; ++cut) {
    SCOPED_TRACE(cut);
    const SubscriberId id = cut + 1;
    const std::string key = std::to_string(cut);
    openAndJoin(id, key);
    std::string all = publishOne(key, "1");
    all += publishOne(key, "2");
    const std::string part = readPart(id, std::min(cut, all.size() - 1));
    const std::string later = publishOne(key, "3");
    EXPECT_EQ(part + read(id), all + later);
    EXPECT_EQ(read(id), "");
  }
}

TEST_F(HubPart, soAreNoticesAndOwnEvents) {
  for (std::size_t cut = 0; cut < 100; ++cut) {
    SCOPED_TRACE(cut);
    const SubscriberId id = cut + 1;
    const std::string key = std::to_string(cut);
    OpenOptions options = quiet();
    options.retry = 1500;
    const std::string head = std::string(kBegin) + "retry: 1500\n\nid: a." + std::to_string(cut * 5) + "\n\n";
    open(id, options);
    join(id, key);
    std::string all = head + sendOne(id, "1");
    all += publishOne(key, "2");
    all += sendOne(id, "3");
    const std::string part = readPart(id, cut);
    all += sendOne(id, "4");
    all += publishOne(key, "5");
    EXPECT_EQ(part + readAll(id), all);
    EXPECT_EQ(read(id), "");
  }
}

TEST_F(HubPart, manyPartsAreTheWhole) {
  openAndJoin(1, "k");
  join(1, "l");
  std::string all;
  std::string received;
  for (int count = 0; count < 50; ++count) {
    all += publishOne(count % 3 == 0 ? "k" : "l", "x");
    all += count % 5 == 0 ? sendOne(1, "y") : "";
    received += readPart(1, static_cast<std::size_t>(count % 17));
  }
  EXPECT_EQ(received + read(1), all);
}

TEST_F(HubPart, limitsLeaveTheRestForTheNextRead) {
  openAndJoin(1, "k");
  join(1, "l");
  std::string all;
  for (int count = 0; count < 20; ++count) {
    all += publishOne(count % 2 == 0 ? "k" : "l", "x");
  }
  EXPECT_EQ(idleTurn().readable, std::vector<SubscriberId>{1});
  std::string received;
  for (const ReadLimits limits : {ReadLimits{1, SIZE_MAX}, ReadLimits{SIZE_MAX, 3}, ReadLimits{30, 100}}) {
    Spans spans;
    turns.read(1, now, limits, spans);
    for (const std::string_view span : spans.bytes) {
      received.append(span);
    }
    EXPECT_TRUE(turns.taken(1, now)) << "there is more";
  }
  EXPECT_EQ(received.size(), all.find("id: a.7\n")) << "of one, of three and of two events";
  EXPECT_EQ(received + read(1), all);
}

TEST_F(HubPart, anEventThatWasCutIsWholeEvenIfItIsEvicted) {
  keep(1);
  openAndJoin(1, "k", lagging(1000, Overflow::dropOldest));
  const std::string first = publishOne("k", "1");
  publishOne("k", "2");
  const std::string part = readPart(1, 8);
  idleTurn();
  const std::string last = publishOne("k", "3");
  idleTurn();
  EXPECT_EQ(part + read(1), first + std::string(kGap) + last);
}

TEST_F(HubPart, soItIsWhenItsChannelIsLeft) {
  openAndJoin(1, "k");
  const std::string first = publishOne("k", "1");
  publishOne("k", "2");
  const std::string part = readPart(1, 8);
  EXPECT_TRUE(hub.leave(1, "k", now));
  EXPECT_EQ(part + read(1), first);
}

TEST_F(HubPart, whatWasReplacedMeanwhileDoesNotCome) {
  openAndJoin(1, "k");
  PublishOptions price;
  price.conflateKey = "price";
  publish("k", "0");
  publish("k", "1", "", price);
  const std::string part = readPart(1, 5);
  publish("k", "2", "", price);
  EXPECT_EQ(part + read(1), event(1, "0") + event(3, "2"));
}

TEST_F(HubPart, whatIsOnItsWayIsNotEvicted) {
  keep(1);
  openAndJoin(1, "k", quiet(), 1);
  openAndJoin(2, "k", quiet(), 2);
  std::string all = publishOne("k", "1");
  all += publishOne("k", "2");
  collect(1);
  Spans spans;
  turns.read(1, now, {}, spans);
  readingTurn(2);
  readingTurn(2);
  turns.takenUpTo(1, spans.bytes.front().data() + 3, now);
  EXPECT_EQ(all.substr(0, 3) + read(1), all);
}

// --- the last event

class HubLast : public HubPart {
 protected:
  static OpenOptions closingAfter(std::string_view type) {
    OpenOptions options = quiet();
    options.subscriber.closeAfter = {typeHash(type)};
    return options;
  }

  // A channel in which such an event is one as others.
  void joinWithoutEnd(SubscriberId id, std::string_view key) {
    JoinOptions options;
    options.endsSubscriber = false;
    ASSERT_EQ(hub.join(id, key, options, now), JoinOutcome::joined);
  }

  using Closings = std::vector<std::pair<SubscriberId, CloseReason>>;
};

TEST_F(HubLast, aConnectionIsCompleteOnceItHasTheLast) {
  openAndJoin(1, "k", closingAfter("done"));
  publish("k", "1");
  publish("k", "2", "done");
  publish("k", "3");
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_EQ(read(1), event(1, "1") + "event: done\nid: a.2\ndata: 2\n\n");
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::completed}}));
  publish("k", "4");
  EXPECT_EQ(read(1), end("completed"));
  EXPECT_EQ(read(1), "");
}

TEST_F(HubLast, onlyAChannelThatMayEndItDoes) {
  openAndJoin(1, "k", closingAfter("done"));
  joinWithoutEnd(1, "l");
  publish("l", "1", "done");
  publish("k", "2");
  const std::string first = "event: done\nid: a.1\ndata: 1\n\n" + event(2, "2");
  EXPECT_EQ(read(1), first);
  EXPECT_TRUE(idleTurn().closing.empty());
  publish("k", "3", "done");
  publish("l", "4");
  EXPECT_EQ(read(1), "event: done\nid: a.3\ndata: 3\n\n");
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::completed}}));
}

TEST_F(HubLast, whatIsNoEndIsDroppedAndFilteredAsOthers) {
  OpenOptions options = lagging(1, Overflow::dropOldest);
  options.subscriber.closeAfter = {typeHash("done")};
  openAndJoin(1, "k", options);
  JoinOptions chosen;
  const std::string_view label = "red";
  chosen.labels = {&label, 1};
  chosen.endsSubscriber = false;
  ASSERT_EQ(hub.join(1, "l", chosen, now), JoinOutcome::joined);
  PublishOptions green;
  green.label = "green";
  publish("l", "1", "done", green);
  EXPECT_EQ(read(1), "") << "another label's";
  publish("l", "2", "done");
  publish("l", "3", "tick");
  publish("l", "4", "tick");
  idleTurn();
  EXPECT_EQ(read(1), std::string(kGap) + "event: tick\nid: a.4\ndata: 4\n\n");
}

TEST_F(HubLast, itIsNotCompleteWithAPartOfIt) {
  openAndJoin(1, "k", closingAfter("done"));
  publish("k", "1", "done");
  publish("k", "2");
  const std::string part = readPart(1, 10);
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_EQ(part + read(1), "event: done\nid: a.1\ndata: 1\n\n");
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::completed}}));
}

TEST_F(HubLast, whatItDoesNotWantIsNotItsLast) {
  open(1, closingAfter("done"));
  join(1, "k", {"tick"});
  read(1);
  publish("k", "1", "done");
  publish("k", "2", "tick");
  EXPECT_EQ(read(1), "event: tick\nid: a.2\ndata: 2\n\n");
  EXPECT_TRUE(idleTurn().closing.empty());
}

TEST_F(HubLast, whoComesBackWithTheLastHasEverything) {
  publish("k", "1");
  publish("k", "2", "done");
  open(1, closingAfter("done"));
  join(1, "k");
  EXPECT_FALSE(hub.view(1).isComplete()) << "it is new";
  for (const char* const id : {"a.1", "b.2"}) {
    const SubscriberId connection = hub.census().stats().connections + 1;
    OpenOptions options = closingAfter("done");
    options.lastEventId = id;
    open(connection, options);
    join(connection, "k");
    EXPECT_FALSE(hub.view(connection).isComplete()) << id;
  }
  OpenOptions options = closingAfter("done");
  options.lastEventId = "a.2";
  open(4, options);
  EXPECT_FALSE(hub.view(4).isComplete()) << "it has joined nothing";
  join(4, "k");
  EXPECT_TRUE(hub.view(4).isComplete());
  EXPECT_FALSE(hub.view(5).isComplete());
  publish("k", "3");
  EXPECT_TRUE(hub.view(4).isComplete()) << "what came after was not its any more";
  open(6, options);
  joinWithoutEnd(6, "k");
  EXPECT_FALSE(hub.view(6).isComplete()) << "it was no end for it";
}

}  // namespace
}  // namespace millrace
