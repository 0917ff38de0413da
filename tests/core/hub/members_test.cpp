#include "core/hub/members.hpp"

#include "core/hub/part_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace millrace {
namespace {

// The subscriber's own list of subscriptions is the registry's business, but Members::remove() looks into it.
class MembersTest : public ::testing::Test {
 protected:
  Subscriber& add(SubscriberId id, OwnerId owner = 1, std::initializer_list<std::string_view> types = {},
                  SubscriberKind kind = SubscriberKind::connection, const SubscriberOptions& options = {},
                  std::initializer_list<std::string_view> labels = {}) {
    Subscriber& subscriber = *subscribers.emplace_back(test::makeSubscriber(id, owner, options, kind));
    Subscription subscription;
    subscription.channel = &channel;
    subscription.filter = EventFilter({types.begin(), types.size()}, {labels.begin(), labels.size()});
    Subscription& added = subscriber.subscriptions().add(std::move(subscription));
    channel.members.add(subscriber, added);
    return subscriber;
  }
  void remove(Subscriber& subscriber) {
    channel.members.remove(subscriber, *subscriber.subscriptions().find(channel));
    subscriber.subscriptions().remove(channel);
  }
  std::size_t recipients(std::string_view type, std::string_view label = {}) const {
    LogEntry entry;
    entry.typeHash = typeHash(type);
    entry.labelHash = label.empty() ? 0 : hash64(label);
    return members.recipients(entry);
  }
  std::size_t slotOf(Subscriber& subscriber) { return subscriber.subscriptions().find(channel)->slot; }

  std::map<OwnerId, std::size_t> shares() const {
    std::map<OwnerId, std::size_t> shares;
    for (const Members::Share& share : channel.members.owners()) {
      EXPECT_TRUE(shares.emplace(share.owner, share.members).second) << "an owner is there once";
    }
    return shares;
  }
  using Shares = std::map<OwnerId, std::size_t>;

  ChannelClass group{{}};
  Channel channel{"k", group, 0};
  Members& members = channel.members;
  std::vector<std::unique_ptr<Subscriber>> subscribers;
};

TEST_F(MembersTest, areNoneAtFirst) {
  EXPECT_TRUE(members.isEmpty());
  EXPECT_EQ(members.size(), 0U);
  EXPECT_EQ(members.connections(), 0U);
  EXPECT_EQ(recipients("x"), 0U);
  EXPECT_FALSE(members.areCompressed());
  EXPECT_TRUE(members.owners().empty());
}

TEST_F(MembersTest, haveASlotEach) {
  Subscriber& first = add(1);
  Subscriber& second = add(2);
  EXPECT_EQ(slotOf(first), 0U);
  EXPECT_EQ(slotOf(second), 1U);
  EXPECT_EQ(&members.at(0), &first);
  EXPECT_EQ(&members.at(1), &second);
}

TEST_F(MembersTest, theLastTakesTheFreeSlot) {
  Subscriber& first = add(1);
  Subscriber& second = add(2);
  Subscriber& third = add(3);
  remove(first);
  EXPECT_EQ(members.size(), 2U);
  EXPECT_EQ(&members.at(0), &third);
  EXPECT_EQ(slotOf(third), 0U);
  EXPECT_EQ(slotOf(second), 1U);
  remove(second);  // which is the last
  EXPECT_EQ(members.size(), 1U);
  remove(third);
  EXPECT_TRUE(members.isEmpty());
}

TEST_F(MembersTest, listenersAreNoConnectionsAndNoRecipients) {
  add(1);
  Subscriber& listener = add(2, 1, {}, SubscriberKind::listener);
  Subscriber& choosy = add(3, 1, {"x"}, SubscriberKind::listener);
  EXPECT_EQ(members.size(), 3U);
  EXPECT_EQ(members.connections(), 1U);
  EXPECT_EQ(recipients("x"), 1U);
  remove(listener);
  remove(choosy);
  EXPECT_EQ(members.connections(), 1U);
  EXPECT_EQ(recipients("x"), 1U);
}

TEST_F(MembersTest, recipientsAreThoseWhoReadTheType) {
  add(1);
  Subscriber& both = add(2, 1, {"x", "y"});
  Subscriber& one = add(3, 1, {"x"});
  EXPECT_EQ(recipients("x"), 3U);
  EXPECT_EQ(recipients("y"), 2U);
  EXPECT_EQ(recipients("z"), 1U);
  remove(both);
  EXPECT_EQ(recipients("x"), 2U);
  EXPECT_EQ(recipients("y"), 1U);
  remove(one);
  EXPECT_EQ(recipients("x"), 1U);
}

TEST_F(MembersTest, recipientsAreThoseWhoReadTheLabel) {
  const auto addLabelled = [this](SubscriberId id, std::initializer_list<std::string_view> types,
                                  std::initializer_list<std::string_view> labels) -> Subscriber& {
    return add(id, 1, types, SubscriberKind::connection, {}, labels);
  };
  add(1);
  add(2, 1, {"x"});
  Subscriber& red = addLabelled(3, {}, {"red"});
  Subscriber& redOrBlue = addLabelled(4, {"x", "y"}, {"red", "blue"});
  EXPECT_EQ(recipients("x"), 4U) << "an event without a label is for all who read its type";
  EXPECT_EQ(recipients("y"), 3U);
  EXPECT_EQ(recipients("z"), 2U);
  EXPECT_EQ(recipients("x", "red"), 4U);
  EXPECT_EQ(recipients("x", "blue"), 3U);
  EXPECT_EQ(recipients("x", "green"), 2U);
  EXPECT_EQ(recipients("y", "blue"), 2U);
  EXPECT_EQ(recipients("z", "red"), 2U);
  EXPECT_EQ(recipients("z", "green"), 1U);
  remove(red);
  remove(redOrBlue);
  EXPECT_EQ(recipients("x", "red"), 2U);
  EXPECT_EQ(recipients("y"), 1U);
}

TEST_F(MembersTest, compressedAreCounted) {
  SubscriberOptions compressed;
  compressed.isCompressed = true;
  add(1);
  Subscriber& second = add(2, 1, {}, SubscriberKind::connection, compressed);
  Subscriber& third = add(3, 1, {}, SubscriberKind::connection, compressed);
  EXPECT_TRUE(members.areCompressed());
  remove(second);
  EXPECT_TRUE(members.areCompressed());
  remove(third);
  EXPECT_FALSE(members.areCompressed());
}

TEST_F(MembersTest, ownersHaveTheirShares) {
  add(1, 7);
  Subscriber& second = add(2, 8);
  add(3, 7);
  EXPECT_EQ(shares(), (Shares{{7, 2}, {8, 1}}));
  remove(second);
  EXPECT_EQ(shares(), (Shares{{7, 2}}));
  members.move(7, 9);
  EXPECT_EQ(shares(), (Shares{{7, 1}, {9, 1}}));
  members.move(7, 9);
  EXPECT_EQ(shares(), (Shares{{9, 2}})) << "an owner without a member is none";
}

TEST_F(MembersTest, anAssignedSubscriberLeavesByItsNewOwner) {
  Subscriber& first = add(1, 7);
  add(2, 7);
  first.assign(8, nullptr);
  EXPECT_EQ(shares(), (Shares{{7, 1}, {8, 1}}));
  remove(first);
  EXPECT_EQ(shares(), (Shares{{7, 1}}));
}

// Against a plain list of who is there.
TEST_F(MembersTest, countsAreRightHoweverMembersComeAndGo) {
  std::uint32_t random = 1;
  const auto next = [&random](std::uint32_t below) {
    random = random * 1664525U + 1013904223U;
    return (random >> 16U) % below;
  };
  std::vector<Subscriber*> there;
  std::set<SubscriberId> choosy;
  for (SubscriberId id = 1; id <= 500; ++id) {
    if (next(3) > 0 || there.empty()) {
      const bool isChoosy = next(2) == 0;
      there.push_back(isChoosy ? &add(id, 1 + next(3), {"x"}) : &add(id, 1 + next(3)));
      if (isChoosy) {
        choosy.insert(id);
      }
    } else {
      const std::size_t place = next(static_cast<std::uint32_t>(there.size()));
      choosy.erase(there[place]->id());
      remove(*there[place]);
      there.erase(there.begin() + static_cast<std::ptrdiff_t>(place));
    }
    ASSERT_EQ(members.size(), there.size());
    ASSERT_EQ(recipients("x"), there.size());
    ASSERT_EQ(recipients("y"), there.size() - choosy.size());
    Shares expected;
    for (Subscriber* const subscriber : there) {
      ++expected[subscriber->owner()];
      ASSERT_EQ(&members.at(slotOf(*subscriber)), subscriber);
    }
    ASSERT_EQ(shares(), expected);
  }
}

}  // namespace
}  // namespace millrace
