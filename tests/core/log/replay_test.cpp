#include "core/log/replay.hpp"

#include "core/support/stream.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Replay, aNoticeIsAnEventThatMovesNoCursor) {
  const std::pair<Verdict, const char*> verdicts[] = {
      {Verdict::continued, R"({"verdict":"continued"})"},
      {Verdict::gap, R"({"verdict":"gap"})"},
      {Verdict::reset, R"({"verdict":"reset"})"},
  };
  for (const auto& [verdict, data] : verdicts) {
    std::string stream = "id: 1\n\n";
    encodeVerdict(verdict, stream);
    EXPECT_EQ(test::feedAll(ReceiverOptions{}, {stream}),
              (test::Outcome{{test::eventItem("millrace.resume", data, "1")}, "1"}));
  }
}

}  // namespace
}  // namespace millrace
