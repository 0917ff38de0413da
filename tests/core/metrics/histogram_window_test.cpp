#include "core/metrics/histogram_window.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace millrace {
namespace {

using Counts = std::vector<std::uint64_t>;

TEST(HistogramWindow, givesWhatWasCountedWithinTheLastMinute) {
  HistogramWindow window;
  Instant now{Millis(1000)};
  EXPECT_EQ(window.look(Counts{5, 5}, now), (Counts{0, 0})) << "what was before the first look is not of this minute";
  EXPECT_EQ(window.look(Counts{6, 9}, now + Millis(30000)), (Counts{1, 4}));
  EXPECT_EQ(window.look(Counts{7, 9}, now + Millis(60000)), (Counts{2, 4}));
  EXPECT_EQ(window.look(Counts{7, 9}, now + Millis(90000)), (Counts{1, 0})) << "the look at 30 s is a minute old";
  EXPECT_EQ(window.look(Counts{7, 9}, now + Millis(600000)), (Counts{0, 0}));
}

TEST(HistogramWindow, countsThatBecameLessAreNone) {
  HistogramWindow window;
  static_cast<void>(window.look(Counts{5, 5}, Instant{}));
  EXPECT_EQ(window.look(Counts{1, 6}, Instant{} + Millis(1)), (Counts{0, 1}));
}

}  // namespace
}  // namespace millrace
