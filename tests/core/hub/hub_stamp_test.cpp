// The time that events get when they leave for their channel's log.
#include "core/hub/hub_fixture.hpp"

#include <string>
#include <string_view>

namespace millrace {
namespace {

class HubStamp : public test::HubTest {
 protected:
  void SetUp() override {
    PolicySettings logs;
    logs.stamp = "at";
    logs.rate = RateRule{{10, 1}};
    logs.mergeWindow = Millis(500);
    options.policies = {{"logs", "logs:*", logs}};
    hub.configure(options);
    began = now;
    openAndJoin(1, "logs:1");
  }

  // The time of day is 1970-01-01T00:01:00 when the test begins, and moves with the clock.
  PublishState put(std::string_view data, std::string_view mergeKey = {}) {
    PublishOptions timed;
    timed.at = UnixTime(Millis(60000) + (now - began) + setBy);
    timed.mergeKey = mergeKey;
    return publish("logs:1", data, "", timed).state;
  }
  std::string next() {
    now = hub.nextDeadline();
    hub.tick(now);
    return read(1);
  }

  HubOptions options = strict();
  Instant began;
  Millis setBy{0};
};

TEST_F(HubStamp, isOfWhenAnEventLeaves) {
  EXPECT_EQ(put(R"({"a":1})"), PublishState::sent);
  EXPECT_EQ(read(1), event(1, R"({"a":1,"at":"1970-01-01T00:01:00.000Z"})"));
  now += Millis(30);
  EXPECT_EQ(put("{}"), PublishState::held);
  EXPECT_EQ(next(), event(2, R"({"at":"1970-01-01T00:01:00.100Z"})")) << "and not of when it was published";
}

TEST_F(HubStamp, isBesideTheTallyOfMergedEvents) {
  put("{}", "k");
  now += Millis(10);
  EXPECT_EQ(put("{}", "k"), PublishState::held);
  now += Millis(10);
  EXPECT_EQ(put("{}", "k"), PublishState::merged);
  read(1);
  EXPECT_EQ(next(), event(2, R"({"count":3,"firstAt":"1970-01-01T00:01:00.000Z","lastAt":"1970-01-01T00:01:00.020Z",)"
                             R"("at":"1970-01-01T00:01:00.500Z"})"));
}

TEST_F(HubStamp, neverGoesBackWhereTheClockDoes) {
  put("{}");
  read(1);
  now += Millis(200);
  setBy = Millis(-5000);
  EXPECT_EQ(put("{}"), PublishState::sent);
  EXPECT_EQ(read(1), event(2, R"({"at":"1970-01-01T00:01:00.200Z"})"));
}

TEST_F(HubStamp, isGivenToObjectsOfWhichTheTimeIsKnown) {
  options.policies.front().settings.rate.reset();
  hub.configure(options);
  put("[1]");
  put("\"text\"");
  EXPECT_EQ(read(1), event(1, "[1]") + event(2, "\"text\""));
  publish("logs:1", "{}");
  EXPECT_EQ(read(1), event(3, "{}")) << "a document's patch has no time";
  publish("else", "{}");
  openAndJoin(2, "else");
  publish("else", "{}");
  EXPECT_EQ(read(2), event(5, "{}")) << "another policy";
}

}  // namespace
}  // namespace millrace
