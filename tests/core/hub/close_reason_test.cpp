#include "core/hub/close_reason.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <string_view>

namespace millrace {
namespace {

TEST(CloseReason, hasTheNameAndTheKindsThatTheTableSays) {
  constexpr struct {
    CloseReason reason;
    std::string_view name;
    bool isIntended;
    bool isFinal;
    bool isHopeless;
  } kTable[] = {
      {CloseReason::closed, "closed", true, true, false},
      {CloseReason::disconnected, "disconnected", false, false, true},
      {CloseReason::lagging, "lagging", false, false, true},
      {CloseReason::durationCap, "duration_cap", true, false, false},
      {CloseReason::unread, "unread", false, false, false},
      {CloseReason::completed, "completed", true, true, false},
      {CloseReason::draining, "draining", true, false, false},
      {CloseReason::refused, "refused", false, false, false},
      {CloseReason::expired, "expired", true, false, false},
      {CloseReason::revoked, "revoked", true, true, false},
      {CloseReason::moved, "moved", true, false, false},
  };
  static_assert(std::size(kTable) == kCloseReasons);
  for (const auto& row : kTable) {
    EXPECT_EQ(closeReasonName(row.reason), row.name);
    EXPECT_EQ(isIntended(row.reason), row.isIntended) << row.name;
    EXPECT_EQ(isFinal(row.reason), row.isFinal) << row.name;
    EXPECT_EQ(isHopeless(row.reason), row.isHopeless) << row.name;
  }
}

}  // namespace
}  // namespace millrace
