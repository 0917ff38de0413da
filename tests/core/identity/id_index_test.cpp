#include "core/identity/id_index.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

TEST(IdIndex, findsTheLaterOfAnIdThatWasGivenTwice) {
  IdIndex index;
  EXPECT_EQ(index.find("order-1"), std::nullopt);
  index.remember("order-1", 1);
  index.remember("order-2", 2);
  index.remember("order-1", 3);
  EXPECT_EQ(index.find("order-1"), 3U);
  EXPECT_EQ(index.find("order-2"), 2U);
}

TEST(IdIndex, forgetsTheOldestBeyondItsMost) {
  IdIndex index;
  index.remember("first", 1);
  index.remember("again", 2);
  for (std::size_t n = 3; n <= IdIndex::kMost; ++n) {
    index.remember("id-" + std::to_string(n), n);
  }
  index.remember("again", IdIndex::kMost + 1);
  EXPECT_EQ(index.find("first"), std::nullopt);
  index.remember("another", IdIndex::kMost + 2);
  EXPECT_EQ(index.find("again"), IdIndex::kMost + 1) << "its first place has gone, its second has not";
  EXPECT_EQ(index.find("id-3"), 3U);
}

}  // namespace
}  // namespace millrace
