#include "core/hub/subscriptions.hpp"

#include "core/hub/part_fixture.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

class SubscriptionsTest : public ::testing::Test {
 protected:
  // A channel with events of these sequences, each of ten bytes.
  Channel& makeChannel(std::initializer_list<std::uint64_t> sequences) {
    const std::string key = std::to_string(channels.size());
    Channel& channel = *channels.emplace_back(std::make_unique<Channel>(key, group, 0));
    for (const std::uint64_t sequence : sequences) {
      channel.log.append(test::entryOf(sequence, "0123456789"));
    }
    return channel;
  }
  void add(Channel& channel, Cursor cursor = {}, std::vector<std::string_view> types = {}) {
    Subscription subscription;
    subscription.channel = &channel;
    subscription.cursor = cursor;
    subscription.filter = EventFilter(types, {});
    subscriptions.add(std::move(subscription));
  }
  Cursor cursorIn(const Channel& channel) { return subscriptions.find(channel)->cursor; }

  ChannelClass group{{}};
  std::vector<std::unique_ptr<Channel>> channels;
  Subscriptions subscriptions;
};

TEST_F(SubscriptionsTest, areFoundByTheirChannel) {
  Channel& first = makeChannel({});
  Channel& second = makeChannel({});
  const Channel& other = makeChannel({});
  EXPECT_TRUE(subscriptions.isEmpty());
  add(first);
  add(second);
  EXPECT_EQ(subscriptions.size(), 2U);
  EXPECT_EQ(subscriptions.find(first), &subscriptions.first());
  EXPECT_EQ(subscriptions.find(second), &subscriptions.last());
  EXPECT_EQ(subscriptions.find(other), nullptr);
  EXPECT_TRUE(subscriptions.contain(second));
  EXPECT_FALSE(subscriptions.contain(other));
}

TEST_F(SubscriptionsTest, oneIsRemovedAndTheOthersStay) {
  Channel& first = makeChannel({});
  Channel& second = makeChannel({});
  Channel& third = makeChannel({});
  add(first, {1});
  add(second, {2});
  add(third, {3});
  subscriptions.remove(makeChannel({}));
  EXPECT_EQ(subscriptions.size(), 3U);
  subscriptions.remove(first);
  EXPECT_EQ(subscriptions.size(), 2U);
  EXPECT_FALSE(subscriptions.contain(first));
  EXPECT_EQ(cursorIn(second), Cursor{2});
  EXPECT_EQ(cursorIn(third), Cursor{3});
  subscriptions.remove(second);
  subscriptions.remove(third);
  EXPECT_TRUE(subscriptions.isEmpty());
}

TEST_F(SubscriptionsTest, withoutTypesEveryTypeIsWanted) {
  Subscription subscription;
  const LogEntry x = test::entryOf(1, "x", "x");
  const LogEntry message = test::entryOf(2, "y");
  EXPECT_TRUE(subscription.wants(x, {}));
  const auto only = [](std::vector<std::string_view> types) { return EventFilter(types, {}); };
  subscription.filter = only({"y", "x"});
  EXPECT_TRUE(subscription.wants(x, {}));
  EXPECT_FALSE(subscription.wants(message, {}));
  subscription.filter = only({"message"});
  EXPECT_FALSE(subscription.wants(x, {}));
  EXPECT_TRUE(subscription.wants(message, {})) << "an event without a type is a message";
}

TEST_F(SubscriptionsTest, areFilteredIfOneOfThemIs) {
  EXPECT_FALSE(subscriptions.areFiltered());
  add(makeChannel({}));
  EXPECT_FALSE(subscriptions.areFiltered());
  add(makeChannel({}), {}, {"x"});
  EXPECT_TRUE(subscriptions.areFiltered());
}

TEST_F(SubscriptionsTest, areEvictedWhereALogBeginsBehindTheCursor) {
  Channel& first = makeChannel({1, 3, 5});
  Channel& second = makeChannel({2, 4, 6});
  add(first, {1});
  add(second, {1});
  first.log.trimBefore({1});
  EXPECT_FALSE(subscriptions.areEvicted());
  second.log.trimBefore({2});
  EXPECT_TRUE(subscriptions.areEvicted());
  subscriptions.skipEvicted();
  EXPECT_FALSE(subscriptions.areEvicted());
  EXPECT_EQ(cursorIn(first), Cursor{1});
  EXPECT_EQ(cursorIn(second), Cursor{2});
}

TEST_F(SubscriptionsTest, haveLostWhatWasEvictedSince) {
  Channel& first = makeChannel({1, 3, 5});
  add(makeChannel({}));
  add(first);
  EXPECT_FALSE(subscriptions.haveLostSince(0));
  first.log.trimBefore({2});
  EXPECT_TRUE(subscriptions.haveLostSince(2));
  EXPECT_FALSE(subscriptions.haveLostSince(3));
}

TEST_F(SubscriptionsTest, lagIsTheSumOfAllDistances) {
  EXPECT_EQ(subscriptions.lag().events, 0U);
  add(makeChannel({1, 3, 5}), {1});
  add(makeChannel({2, 4}), {2});
  add(makeChannel({6}), {0});
  EXPECT_EQ(subscriptions.lag().events, 3U);
  EXPECT_EQ(subscriptions.lag().bytes, 30U);
}

TEST_F(SubscriptionsTest, allMoveBehindASequence) {
  Channel& first = makeChannel({1, 3, 5});
  Channel& second = makeChannel({2, 4, 6});
  add(first, {3});
  add(second, {0});
  subscriptions.moveTo(3);
  EXPECT_EQ(cursorIn(first), Cursor{2});
  EXPECT_EQ(cursorIn(second), Cursor{1});
  subscriptions.moveTo(0);
  EXPECT_EQ(cursorIn(first), Cursor{0});
  subscriptions.moveTo(kEverySequence);
  EXPECT_EQ(cursorIn(second), Cursor{3});
}

}  // namespace
}  // namespace millrace
