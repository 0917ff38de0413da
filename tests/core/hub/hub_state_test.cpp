// The state of a channel: what is sent to who begins, or has missed something, in place of the events that it is made of.
#include "core/hub/channel_state.hpp"

#include "core/hub/hub_fixture.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

// The last event of the type "change" is the state.
class LastChange : public StateSource {
 public:
  SharedText text() override {
    ++asked;
    return text_;
  }
  SharedText textOf(const std::vector<std::uint64_t>& types) override {
    return std::find(types.begin(), types.end(), typeHash("state")) == types.end() ? nullptr : text();
  }
  bool isChangedBy(std::uint64_t hash) const override { return hash == typeHash("change") || hash == typeHash("done"); }
  std::string whole() const override { return {}; }
  void hold(std::uint64_t /*change*/) override {}
  void settle(std::uint64_t /*change*/, bool /*isStored*/) override {}
  void set(std::string_view data) {
    text_ = std::make_shared<const std::string>("event: state\ndata: " + std::string(data) + "\n\n");
  }
  [[nodiscard]] long holders() const { return text_.use_count(); }

  int asked = 0;

 private:
  SharedText text_;
};

class HubState : public test::HubTest {
 protected:
  void change(std::string_view data, std::string_view type = "change") {
    publish("k", data, type);
    state->set(data);
    EXPECT_EQ(hub.states().set("k", state, {}, now), WriteOutcome::written);
  }

  static std::string change(std::uint64_t sequence, std::string_view data, std::string_view type = "change") {
    return "event: " + std::string(type) + "\nid: a." + std::to_string(sequence) + "\ndata: " + std::string(data) +
           "\n\n";
  }
  static std::string stateOf(std::string_view data) { return "event: state\ndata: " + std::string(data) + "\n\n"; }

  std::shared_ptr<LastChange> state = std::make_shared<LastChange>();
};

TEST_F(HubState, whoBeginsGetsItBeforeTheCursor) {
  change("1");
  change("2");
  open(1);
  join(1, "k");
  EXPECT_EQ(hub.view(1).beginning(), std::nullopt);
  EXPECT_EQ(read(1), stateOf("2") + "id: a.2\n\n");
  change("3");
  EXPECT_EQ(read(1), change(3, "3"));
}

TEST_F(HubState, whatCameBetweenTheOpeningAndTheFirstReadIsInItOnce) {
  change("1");
  open(1);
  join(1, "k");
  change("2");
  publish("k", "a log", "log");
  change("3");
  publish("k", "another", "log");
  EXPECT_EQ(read(1), stateOf("3") + "id: a.1\n\n" + change(3, "a log", "log") + change(5, "another", "log"));
  change("4");
  EXPECT_EQ(read(1), change(6, "4"));
}

TEST_F(HubState, whoHasEverythingGetsNone) {
  change("1");
  change("2");
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kContinued) + change(2, "2"));
  EXPECT_EQ(state->asked, 0);
}

TEST_F(HubState, whoHasMissedSomethingGetsItBehindTheVerdict) {
  HubOptions options = strict();
  options.history.events = 1;
  hub.configure(options);
  change("1");
  change("2");
  change("3");
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kGap) + stateOf("3"));
  open(2, resuming("b.7"));
  join(2, "k");
  EXPECT_EQ(read(2), std::string(kReset) + stateOf("3") + "id: a.0\n\n");
}

TEST_F(HubState, whoFallsBehindGetsItAgain) {
  open(1, lagging(2, Overflow::dropOldest));
  join(1, "k");
  read(1);
  for (const char* const data : {"1", "2", "3", "4"}) {
    change(data);
  }
  idleTurn();
  EXPECT_EQ(read(1), std::string(kGap) + stateOf("4"));
  change("5");
  EXPECT_EQ(read(1), change(5, "5"));
}

TEST_F(HubState, whoJoinsLaterGetsItThen) {
  change("1");
  open(1);
  join(1, "other");
  read(1);
  join(1, "k");
  EXPECT_EQ(read(1), stateOf("1"));
}

TEST_F(HubState, listenersGetNone) {
  change("1");
  open(1, listening());
  join(1, "k");
  EXPECT_EQ(readAll(1), "");
}

TEST_F(HubState, theEventThatEndsTheStreamIsSentAllTheSame) {
  OpenOptions options = quiet();
  options.subscriber.closeAfter = {typeHash("done")};
  open(1, options);
  join(1, "k");
  change("1");
  change("2", "done");
  EXPECT_EQ(read(1), stateOf("2") + "id: a.0\n\n" + change(2, "2", "done"));
  EXPECT_TRUE(hub.view(1).tally().events == 1);
}

TEST_F(HubState, aChannelOfNoEventsMayHaveOne) {
  state->set("set");
  EXPECT_EQ(hub.states().set("k", state, {}, now), WriteOutcome::written);
  open(1);
  join(1, "k");
  EXPECT_EQ(read(1), stateOf("set") + "id: a.0\n\n");
  hub.states().clear("k", now);
  open(2);
  join(2, "k");
  EXPECT_EQ(read(2), "id: a.0\n\n");
}

TEST_F(HubState, aChannelThatHasOneIsKeptWhenItsEventsAreTooOld) {
  change("1");
  const HubOptions& options = hub.options();
  const Instant used = now;
  now = used + std::max(options.history.ttl, options.channelTtl / 2) + Millis{1};
  hub.tick(now);
  EXPECT_NE(hub.states().of("k"), nullptr);
  now = used + options.channelTtl * 2;
  hub.tick(now);
  EXPECT_EQ(hub.states().of("k"), nullptr);
}

TEST_F(HubState, aThousandThatTakeNothingShareOneText) {
  change(std::string(100000, 'x'));
  std::vector<Spans> spans(1000);
  for (SubscriberId id = 1; id <= 1000; ++id) {
    open(id);
    join(id, "k");
  }
  EXPECT_EQ(state->holders(), 1) << "nobody has it before it is read";
  for (SubscriberId id = 1; id <= 1000; ++id) {
    turns.read(id, now, {}, spans[id - 1]);
  }
  EXPECT_EQ(state->holders(), 1001);
  EXPECT_LT(hub.metrics().memory().connections, 4U << 20U);
  for (SubscriberId id = 1; id <= 1000; ++id) {
    turns.taken(id, now);
  }
  EXPECT_EQ(state->holders(), 1);
}

TEST_F(HubState, itMayBeTakenInPartsWhateverBecomesOfIt) {
  change("0123456789");
  const std::string all = std::string(kBegin) + stateOf("0123456789") + "id: a.1\n\n";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    const SubscriberId id = 100 + cut;
    open(id);
    join(id, "k");
    Spans spans;
    turns.read(id, now, {}, spans);
    std::size_t left = cut;
    const char* firstUntaken = nullptr;
    for (const std::string_view span : spans.bytes) {
      if (left < span.size()) {
        firstUntaken = span.data() + left;
        break;
      }
      left -= span.size();
    }
    if (firstUntaken == nullptr) {
      turns.taken(id, now);
    } else {
      turns.takenUpTo(id, firstUntaken, now);
    }
    state->set("another");
    EXPECT_EQ(all.substr(0, cut) + readAll(id), all) << "cut at " << cut;
    state->set("0123456789");
  }
}

}  // namespace
}  // namespace millrace
