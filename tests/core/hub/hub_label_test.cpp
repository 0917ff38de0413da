// Subscribers that choose events by their labels.
#include "core/hub/hub_fixture.hpp"

#include <initializer_list>
#include <string_view>

namespace millrace {
namespace {

class HubLabel : public test::HubTest {
 protected:
  void joinFor(SubscriberId id, std::initializer_list<std::string_view> labels, std::size_t last = 0,
               const OpenOptions& how = quiet()) {
    open(id, how);
    JoinOptions chosen;
    chosen.labels = {labels.begin(), labels.size()};
    chosen.last = last;
    ASSERT_EQ(hub.join(id, "k", chosen, now), JoinOutcome::joined);
  }
  void publishLabelled(std::string_view label, std::string_view data, std::string_view type = "") {
    PublishOptions labelled;
    labelled.label = label;
    publish("k", data, type, labelled);
  }
};

TEST_F(HubLabel, eventsOfOtherLabelsAreNotSent) {
  joinFor(1, {"red", "blue"});
  openAndJoin(2, "k");
  publishLabelled("red", "1");
  publishLabelled("green", "2");
  EXPECT_EQ(receipt.recipients, 1U);
  publishLabelled("blue", "3");
  EXPECT_EQ(receipt.recipients, 2U);
  publishLabelled("", "4");
  EXPECT_EQ(receipt.recipients, 2U) << "without a label it is for all";
  EXPECT_EQ(read(1), event(1, "1") + event(3, "3") + event(4, "4"));
  EXPECT_EQ(read(2), event(1, "1") + event(2, "2") + event(3, "3") + event(4, "4"));
}

TEST_F(HubLabel, theNewestAreCountedAmongThoseThatAreWanted) {
  publishLabelled("red", "1");
  publishLabelled("red", "2");
  publishLabelled("green", "3");
  publishLabelled("red", "4");
  publishLabelled("green", "5");
  joinFor(1, {"red"}, 2);
  EXPECT_EQ(read(1), cursor(1) + event(2, "2") + event(4, "4"));
}

TEST_F(HubLabel, anEventThatEndsTheStreamIsSentWhateverItsLabel) {
  OpenOptions how = quiet();
  how.subscriber.closeAfter = {typeHash("done")};
  joinFor(1, {"red"}, 0, how);
  publishLabelled("green", "1", "done");
  EXPECT_NE(read(1).find("event: done"), std::string::npos);
}

TEST_F(HubLabel, anEventThatWaitsKeepsItsLabel) {
  HubOptions options = strict();
  PolicySettings rate;
  rate.rate = RateRule{{10, 1}};
  options.policies = {{"k", "k", rate}};
  hub.configure(options);
  joinFor(1, {"red"});
  publishLabelled("red", "1");
  publishLabelled("green", "2");
  publishLabelled("red", "3");
  read(1);
  for (int times = 0; times < 2; ++times) {
    now = hub.nextDeadline();
    hub.tick(now);
  }
  EXPECT_EQ(read(1), event(3, "3"));
}

}  // namespace
}  // namespace millrace
