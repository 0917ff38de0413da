#include "core/hub/cut_event.hpp"

#include "core/hub/channel.hpp"
#include "core/hub/part_fixture.hpp"
#include "core/hub/preamble.hpp"
#include "core/hub/text_of.hpp"

namespace millrace {
namespace {

// A channel with three events; the second was sent up to its third byte.
class CutEventTest : public ::testing::Test {
 protected:
  CutEventTest() {
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      channel.log.append(test::entryOf(sequence, "0123456789"));
    }
    cut.set(channel, kAt, channel.log.at(kAt).bytes.substr(3));
  }

  static constexpr Cursor kAt{1};
  static constexpr Cursor kBehind{2};
  ChannelClass group{{}};
  Channel channel{"k", group, 0};
  Preamble keeper;
  CutEvent cut;
};

TEST_F(CutEventTest, isEmptyAtFirst) {
  CutEvent none;
  EXPECT_TRUE(none.isEmpty());
  EXPECT_EQ(none.rest(), "");
  Spans spans;
  none.pin(spans);
  EXPECT_TRUE(spans.pins.empty());
  none.keepBefore(channel, channel.log.end(), false, keeper);
  none.clear();
  EXPECT_EQ(channel.cutMembers, 1U) << "only that of the fixture";
  EXPECT_TRUE(keeper.isEmpty());
}

TEST_F(CutEventTest, holdsTheRestUntilItIsTaken) {
  EXPECT_FALSE(cut.isEmpty());
  EXPECT_EQ(cut.rest(), "3456789");
  EXPECT_EQ(channel.cutMembers, 1U);
  cut.clear();
  EXPECT_TRUE(cut.isEmpty());
  EXPECT_EQ(channel.cutMembers, 0U);
  cut.clear();
  EXPECT_EQ(channel.cutMembers, 0U);
}

TEST_F(CutEventTest, pinsTheLogsBytes) {
  Spans spans;
  cut.pin(spans);
  EXPECT_EQ(spans.pins.size(), 1U);
  const std::string_view rest = cut.rest();
  cut.clear();
  channel.log.trimBefore(channel.log.end());
  EXPECT_EQ(rest, "3456789");
}

TEST_F(CutEventTest, isTakenInParts) {
  cut.takenUpTo(cut.rest().data(), keeper);
  EXPECT_EQ(cut.rest(), "3456789");
  cut.takenUpTo(cut.rest().data() + 2, keeper);
  EXPECT_EQ(cut.rest(), "56789");
  EXPECT_EQ(channel.cutMembers, 1U);
  EXPECT_TRUE(keeper.isEmpty());
}

TEST_F(CutEventTest, staysWhereItIsWhileTheLogKeepsIt) {
  cut.keepBefore(channel, kAt, false, keeper);
  EXPECT_EQ(cut.rest(), "3456789");
  Channel other("l", group, 0);
  cut.keepBefore(other, kBehind, false, keeper);
  EXPECT_EQ(cut.rest(), "3456789");
  EXPECT_EQ(channel.cutMembers, 1U);
  EXPECT_TRUE(keeper.isEmpty());
}

TEST_F(CutEventTest, goesIntoThePreambleBeforeItIsEvicted) {
  keeper.text() += " text";
  cut.keepBefore(channel, kBehind, false, keeper);
  EXPECT_TRUE(cut.isEmpty());
  EXPECT_EQ(channel.cutMembers, 0U);
  channel.log.trimBefore(kBehind);
  EXPECT_EQ(test::textOf(keeper.send()), "3456789 text");
}

TEST_F(CutEventTest, whatIsOnItsWayIsKeptOnceItIsKnownHowMuchWasTaken) {
  Spans spans;
  cut.pin(spans);
  cut.keepBefore(channel, kBehind, true, keeper);
  EXPECT_EQ(channel.cutMembers, 0U);
  channel.log.trimBefore(channel.log.end());
  EXPECT_EQ(cut.rest(), "3456789") << "the spans pin it";
  EXPECT_TRUE(keeper.isEmpty());
  cut.takenUpTo(cut.rest().data() + 4, keeper);
  EXPECT_TRUE(cut.isEmpty());
  spans.clear();
  EXPECT_EQ(test::textOf(keeper.send()), "789");
}

TEST_F(CutEventTest, whatWasOnItsWayAndIsTakenIsNotKept) {
  Spans spans;
  cut.pin(spans);
  cut.keepBefore(channel, kBehind, true, keeper);
  channel.log.trimBefore(channel.log.end());
  cut.clear();
  EXPECT_TRUE(cut.isEmpty());
  EXPECT_EQ(channel.cutMembers, 0U) << "it is not counted twice";
  EXPECT_TRUE(keeper.isEmpty());
}

}  // namespace
}  // namespace millrace
