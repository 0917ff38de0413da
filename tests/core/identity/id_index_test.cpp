#include "core/identity/id_index.hpp"

#include "core/base/hash.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace millrace {
namespace {

TEST(IdIndex, findsTheOldestOfAnIdThatWasGivenTwice) {
  IdIndex index;
  EXPECT_EQ(index.find(hash64("order-1")), std::nullopt);
  index.remember("order-1", 1);
  index.remember("order-2", 2);
  index.remember("order-1", 3);
  EXPECT_EQ(index.find(hash64("order-1")), 1U);
  EXPECT_EQ(index.find(hash64("order-2")), 2U);
}

TEST(IdIndex, forgetsWhatTheLogEvicts) {
  IdIndex index;
  index.remember("a", 1);
  index.remember("b", 2);
  index.remember("a", 5);
  index.forgetBefore(2);
  EXPECT_EQ(index.find(hash64("a")), 5U) << "its first place has gone, its second has not";
  EXPECT_EQ(index.find(hash64("b")), 2U);
  index.forgetBefore(6);
  EXPECT_EQ(index.find(hash64("a")), std::nullopt);
  EXPECT_EQ(index.find(hash64("b")), std::nullopt);
  index.remember("b", 9);
  EXPECT_EQ(index.find(hash64("b")), 9U);
}

TEST(IdIndex, anIdThatIsAlwaysTheSameCostsNoMoreThanOthers) {
  constexpr std::uint64_t kEntries = 200000;
  IdIndex index;
  for (std::uint64_t number = 1; number <= kEntries; ++number) {
    index.remember("latest", number);
    index.forgetBefore(number > 1000 ? number - 1000 : 0);
  }
  EXPECT_EQ(index.find(hash64("latest")), kEntries - 1000);
}

}  // namespace
}  // namespace millrace
