#include "core/identity/own_id.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

TEST(OwnId, whatAHeaderCarriesIsFine) {
  for (const char* const id :
       {"1", "order-1", "a b", "2026-11-28T10:00:00.000Z", "日本", "k3f9x2.", ".7", "a.07", "A.1", "{\"offset\":1}"}) {
    EXPECT_EQ(faultOf(id), IdFault::none) << id;
  }
  EXPECT_EQ(faultOf(std::string(kMostIdBytes, 'x')), IdFault::none);
}

TEST(OwnId, whatCannotComeBackIsAFault) {
  EXPECT_EQ(faultOf(""), IdFault::empty);
  EXPECT_EQ(faultOf(std::string(kMostIdBytes + 1, 'x')), IdFault::tooLong);
  EXPECT_EQ(faultOf(std::string(20000, 'x')), IdFault::tooLong);
  for (int byte = 0; byte < 0x20; ++byte) {
    EXPECT_EQ(faultOf(std::string("a") + static_cast<char>(byte) + "b"), IdFault::control) << byte;
  }
  EXPECT_EQ(faultOf("a\x7f"), IdFault::control);
  EXPECT_EQ(faultOf(" a"), IdFault::outerSpace);
  EXPECT_EQ(faultOf("a "), IdFault::outerSpace);
  EXPECT_EQ(faultOf(" "), IdFault::outerSpace);
  EXPECT_EQ(faultOf("a.1"), IdFault::reserved);
  EXPECT_EQ(faultOf("k3f9x2.1042"), IdFault::reserved);
  EXPECT_EQ(faultOf("1.5"), IdFault::reserved) << "a version number has the form of the hub's own ids";
}

}  // namespace
}  // namespace millrace
