#include "core/hub/deadlines.hpp"

#include "core/hub/part_fixture.hpp"

#include <cstdint>

namespace millrace {
namespace {

class DeadlinesTest : public test::PartTest {
 protected:
  static Instant at(std::int64_t milliseconds) { return Instant(Millis(milliseconds)); }
  void note(Subscriber& subscriber, Instant heartbeat) {
    subscriber.deadlines.heartbeat = heartbeat;
    deadlines.note(subscriber);
  }

  Subscriber& first = add(1);
  Subscriber& second = add(2);
  Deadlines deadlines;
};

TEST_F(DeadlinesTest, withoutOneNothingIsDue) {
  EXPECT_EQ(deadlines.next(), kNever);
  deadlines.note(first);
  EXPECT_EQ(deadlines.next(), kNever);
  EXPECT_EQ(deadlines.takeDue(kNever), nullptr);
}

TEST_F(DeadlinesTest, theNextOfASubscriberIsTheEarliestOfItsDeadlines) {
  SubscriberDeadlines one;
  EXPECT_EQ(one.next(), kNever);
  std::int64_t earlier = 9;
  for (Instant SubscriberDeadlines::*const deadline :
       {&SubscriberDeadlines::heartbeat, &SubscriberDeadlines::end, &SubscriberDeadlines::unread,
        &SubscriberDeadlines::catchUp, &SubscriberDeadlines::stall}) {
    one.*deadline = at(--earlier);
    EXPECT_EQ(one.next(), at(earlier));
  }
  one.noted = at(1);
  EXPECT_EQ(one.next(), at(earlier)) << "that is no deadline";
  one.stop();
  EXPECT_EQ(one.next(), kNever);
  EXPECT_EQ(one.noted, at(1));
}

TEST_F(DeadlinesTest, areTakenInTheirOrderEachOnce) {
  note(first, at(20));
  note(second, at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_EQ(deadlines.takeDue(at(9)), nullptr);
  EXPECT_EQ(deadlines.takeDue(at(20)), &second);
  EXPECT_EQ(deadlines.next(), at(20));
  EXPECT_EQ(deadlines.takeDue(at(20)), &first);
  EXPECT_EQ(deadlines.takeDue(at(20)), nullptr);
  EXPECT_EQ(deadlines.next(), kNever);
}

TEST_F(DeadlinesTest, severalOfOneTimeAreAllTaken) {
  note(first, at(10));
  note(second, at(10));
  EXPECT_NE(deadlines.takeDue(at(10)), deadlines.takeDue(at(10)));
  EXPECT_EQ(deadlines.takeDue(at(10)), nullptr);
}

TEST_F(DeadlinesTest, anEarlierOneTakesThePlace) {
  note(first, at(20));
  note(first, at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_EQ(deadlines.takeDue(at(10)), &first);
  EXPECT_EQ(deadlines.takeDue(at(20)), nullptr) << "it was noted once";
}

TEST_F(DeadlinesTest, aLaterOneIsNotedAnewWhenItComesUp) {
  note(first, at(10));
  note(first, at(20));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_EQ(deadlines.takeDue(at(10)), &first);
  deadlines.note(first);
  EXPECT_EQ(deadlines.next(), at(20));
  EXPECT_EQ(deadlines.takeDue(at(20)), &first);
  deadlines.note(first);
  EXPECT_EQ(deadlines.next(), at(20)) << "until the caller sets another it is due again";
}

TEST_F(DeadlinesTest, whoIsForgottenHasNothingDue) {
  note(first, at(10));
  note(second, at(10));
  deadlines.forget(first);
  deadlines.forget(first);
  EXPECT_EQ(deadlines.takeDue(at(10)), &second);
  EXPECT_EQ(deadlines.takeDue(at(10)), nullptr);
}

}  // namespace
}  // namespace millrace
