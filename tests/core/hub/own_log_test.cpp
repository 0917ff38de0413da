#include "core/hub/own_log.hpp"

#include "core/hub/part_fixture.hpp"

namespace millrace {
namespace {

using test::entryOf;

TEST(OwnLog, isEmptyUntilSomethingIsAppended) {
  OwnLog own;
  EXPECT_TRUE(own.isEmpty());
  EXPECT_EQ(own.bytes(), 0U);
  EXPECT_EQ(own.distance().events, 0U);
  EXPECT_EQ(own.distance().bytes, 0U);
  own.trimBefore({5});
  own.clear();
  EXPECT_TRUE(own.isEmpty());
}

TEST(OwnLog, countsWhatItHolds) {
  OwnLog own;
  own.append(entryOf(1, "abc"));
  own.append(entryOf(1, "de"));
  EXPECT_FALSE(own.isEmpty());
  EXPECT_EQ(own.bytes(), 5U);
  EXPECT_EQ(own.distance().events, 2U);
  EXPECT_EQ(own.distance().bytes, 5U);
  EXPECT_EQ(own.log().at(own.log().begin()).bytes, "abc");
}

TEST(OwnLog, evictsWhatLiesBeforeTheCursor) {
  OwnLog own;
  own.append(entryOf(1, "abc"));
  own.append(entryOf(2, "de"));
  own.trimBefore({0});
  EXPECT_EQ(own.distance().events, 2U);
  own.trimBefore({1});
  EXPECT_EQ(own.distance().events, 1U);
  EXPECT_EQ(own.log().at(own.log().begin()).bytes, "de");
  own.trimBefore({2});
  EXPECT_TRUE(own.isEmpty());
}

// A log that begins anew counts from 0 again: a cursor into the one before would hide its events.
TEST(OwnLog, whatWasGivenIsForgottenWithTheLog) {
  for (const bool isTrimmed : {true, false}) {
    OwnLog own;
    own.append(entryOf(1, "a"));
    own.give({1});
    EXPECT_EQ(own.given(), Cursor{1});
    own.append(entryOf(2, "b"));
    EXPECT_EQ(own.given(), Cursor{1}) << "the log goes on";
    isTrimmed ? own.trimBefore({2}) : own.clear();
    own.append(entryOf(3, "c"));
    EXPECT_EQ(own.given(), Cursor{0}) << "trimmed: " << isTrimmed;
    EXPECT_EQ(own.log().begin(), Cursor{0});
    EXPECT_EQ(own.distance().events, 1U);
  }
}

}  // namespace
}  // namespace millrace
