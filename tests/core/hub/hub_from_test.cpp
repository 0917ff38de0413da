// Where who comes without a cursor begins: now, with the oldest event, or with the newest so many.
#include "core/hub/hub_fixture.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

class HubFrom : public test::HubTest {
 protected:
  static constexpr std::size_t kAll = JoinOptions::kAllEvents;

  static std::string cursor(std::uint64_t sequence) { return "id: a." + std::to_string(sequence) + "\n\n"; }
  static std::string event(std::uint64_t sequence, std::string_view data, std::string_view type = "") {
    const std::string head = type.empty() ? "" : "event: " + std::string(type) + "\n";
    return head + "id: a." + std::to_string(sequence) + "\ndata: " + std::string(data) + "\n\n";
  }
};

TEST_F(HubFrom, theOldestEventIsTheFirst) {
  publish("k", "1");
  publish("k", "2");
  open(1);
  joinFrom(1, "k", kAll);
  EXPECT_EQ(hub.view(1).beginning(), "a.0");
  EXPECT_EQ(read(1), cursor(0) + event(1, "1") + event(2, "2"));
}

TEST_F(HubFrom, theNewestSoManyAre) {
  for (const char* data : {"1", "2", "3", "4"}) {
    publish("k", data);
  }
  open(1);
  joinFrom(1, "k", 2);
  EXPECT_EQ(hub.view(1).beginning(), "a.2");
  EXPECT_EQ(read(1), cursor(2) + event(3, "3") + event(4, "4"));
  publish("k", "5");
  EXPECT_EQ(read(1), event(5, "5"));
}

TEST_F(HubFrom, moreThanThereAreIsAll) {
  publish("k", "1");
  open(1);
  joinFrom(1, "k", 50);
  EXPECT_EQ(read(1), cursor(0) + event(1, "1"));
}

TEST_F(HubFrom, ofAnEmptyChannelItBeginsNow) {
  publish("other", "1");
  open(1);
  joinFrom(1, "k", kAll);
  EXPECT_EQ(hub.view(1).beginning(), "a.1");
  publish("k", "2");
  EXPECT_EQ(read(1), cursor(1) + event(2, "2"));
}

TEST_F(HubFrom, onlyEventsThatAreForItCount) {
  publish("k", "1", "log");
  publish("k", "2", "log");
  publish("k", "3", "other");
  publish("k", "4", "log");
  publish("k", "5", "other");
  open(1);
  joinFrom(1, "k", 2, {"log"});
  EXPECT_EQ(read(1), cursor(1) + event(2, "2", "log") + event(4, "4", "log"));
}

TEST_F(HubFrom, expiredEventsDoNotCount) {
  publish("k", "1");
  PublishOptions brief;
  brief.ttl = Millis(10);
  EventFields fields;
  fields.data = "2";
  EXPECT_EQ(tryPublish("k", fields, brief), WriteOutcome::written);
  publish("k", "3");
  now = now + Millis(20);
  open(1);
  joinFrom(1, "k", 2);
  EXPECT_EQ(read(1), cursor(0) + event(1, "1") + event(3, "3"));
}

TEST_F(HubFrom, whatWasPublishedSinceItWasOpenedIsAlwaysRead) {
  publish("k", "1");
  open(1);
  publish("k", "2");
  publish("k", "3");
  joinFrom(1, "k", 1);
  EXPECT_EQ(read(1), cursor(1) + event(2, "2") + event(3, "3"));
}

TEST_F(HubFrom, whoComesWithACursorContinuesThere) {
  for (const char* data : {"1", "2", "3"}) {
    publish("k", data);
  }
  open(1, resuming("a.2"));
  joinFrom(1, "k", kAll);
  EXPECT_EQ(read(1), std::string(kContinued) + event(3, "3"));
}

TEST_F(HubFrom, afterTheFirstReadAChannelBeginsNow) {
  publish("k", "1");
  open(1);
  join(1, "other");
  static_cast<void>(read(1));
  joinFrom(1, "k", kAll);
  publish("k", "2");
  EXPECT_EQ(read(1), event(2, "2"));
}

TEST_F(HubFrom, eachChannelBeginsWhereItWasAskedTo) {
  publish("a", "1");
  publish("b", "2");
  publish("a", "3");
  publish("b", "4");
  open(1);
  joinFrom(1, "a", 1);
  join(1, "b");
  EXPECT_EQ(hub.view(1).beginning(), "a.2");
  EXPECT_EQ(read(1), cursor(2) + event(3, "3"));

  open(2);
  join(2, "b");
  joinFrom(2, "a", kAll);
  EXPECT_EQ(read(2), cursor(0) + event(1, "1") + event(3, "3"));
}

// A client that is cut before the first event has the cursor line only, and misses nothing with it.
TEST_F(HubFrom, whoIsCutBehindTheCursorLineGetsThemAll) {
  publish("a", "1");
  publish("b", "2");
  publish("a", "3");
  open(1);
  joinFrom(1, "a", kAll);
  joinFrom(1, "b", kAll);
  const std::string id = hub.view(1).beginning().value();
  hub.close(1, now);
  open(2, resuming(id));
  join(2, "a");
  join(2, "b");
  EXPECT_EQ(read(2), std::string(kContinued) + event(1, "1") + event(2, "2") + event(3, "3"));
}

TEST_F(HubFrom, whatWasPromisedIsNotTrimmedBeforeItIsRead) {
  publish("k", "1");
  open(1);
  joinFrom(1, "k", kAll);
  now = now + Millis(300001);
  publish("k", "2");
  EXPECT_EQ(read(1).substr(0, cursor(0).size()), cursor(0));
}

TEST_F(HubFrom, aPageThatIsFullEndsWhereTheNextBegins) {
  for (const char* data : {"1", "2", "3"}) {
    publish("k", data);
  }
  OpenOptions poll = quiet();
  poll.kind = SubscriberKind::poll;
  open(1, poll);
  joinFrom(1, "k", kAll);
  EXPECT_EQ(hub.view(1).position(), "a.0");
}

TEST_F(HubFrom, aStateStandsForTheEventsThatItIsMadeOf) {
  class Sum : public StateSource {
   public:
    SharedText text() override { return std::make_shared<const std::string>("event: state\ndata: 3\n\n"); }
    SharedText textOf(const std::vector<std::uint64_t>& /*types*/) override { return nullptr; }
    bool isChangedBy(std::uint64_t hash) const override { return hash == typeHash("change"); }
    std::string whole() const override { return {}; }
    void hold(std::uint64_t /*change*/) override {}
    void settle(std::uint64_t /*change*/, bool /*isStored*/) override {}
  };
  publish("k", "first", "log");
  publish("k", "second", "log");
  publish("k", "1", "change");
  publish("k", "2", "change");
  ASSERT_EQ(hub.states().set("k", std::make_shared<Sum>(), {}, now), WriteOutcome::written);
  open(1);
  joinFrom(1, "k", 1);
  EXPECT_EQ(read(1), "event: state\ndata: 3\n\n" + cursor(1) + event(2, "second", "log"));
  open(2);
  joinFrom(2, "k", 1, {"change", "log"});  // of types that the state is none of
  EXPECT_EQ(read(2), cursor(3) + event(4, "2", "change"));
}

}  // namespace
}  // namespace millrace
