#include "core/session/reconnect.hpp"

#include "core/support/vector_name.hpp"
#include "core/support/vectors.hpp"

#include <gtest/gtest.h>

namespace millrace {

static void PrintTo(const SessionAction& action, std::ostream* out) {
  static constexpr const char* kNames[] = {"none", "connect", "wait", "close", "giveUp"};
  *out << kNames[static_cast<std::size_t>(action.kind)] << " " << action.delay.count();
}

namespace {

using test::SessionStep;
using test::SessionVector;

SessionAction perform(Reconnect& session, const SessionStep& step) {
  if (step.call == "start") {
    return session.start();
  }
  if (step.call == "connected") {
    return session.connected();
  }
  if (step.call == "lost") {
    return session.lost(step.loss, step.now, step.random);
  }
  if (step.call == "retry") {
    return session.retry(step.retry);
  }
  if (step.call == "tick") {
    return session.tick(step.now);
  }
  EXPECT_EQ(step.call, "close");
  return session.close();
}

std::string_view nameOf(SessionState state) {
  static constexpr std::string_view kNames[] = {"disconnected", "connecting", "connected", "reconnecting", "error"};
  return kNames[static_cast<std::size_t>(state)];
}

class SessionVectors : public ::testing::TestWithParam<SessionVector> {};

TEST_P(SessionVectors, hold) {
  Reconnect session(GetParam().options);
  EXPECT_EQ(nameOf(session.state()), "disconnected");
  EXPECT_EQ(session.attempts(), 0U);
  std::size_t index = 0;
  for (const SessionStep& step : GetParam().steps) {
    SCOPED_TRACE("step " + std::to_string(index++) + ", " + step.call);
    EXPECT_EQ(perform(session, step), step.action);
    EXPECT_EQ(nameOf(session.state()), step.state);
    EXPECT_EQ(session.attempts(), step.attempts);
  }
}

INSTANTIATE_TEST_SUITE_P(all, SessionVectors, ::testing::ValuesIn(test::sessionVectors()), test::VectorName{});

TEST(Reconnect, fiveThousandLossesGiveFiniteWaits) {
  SessionOptions options;
  options.backoff = {Millis(1000), Millis(4000)};
  Reconnect session(options);
  EXPECT_EQ(session.start().kind, SessionAction::Kind::connect);
  for (std::int64_t loss = 0; loss < 5000; ++loss) {
    const Instant now{Millis(loss * 10000)};
    EXPECT_LE(session.lost(Loss::transient, now, 0.999).delay, Millis(4000));
    EXPECT_EQ(session.tick(now + Millis(4000)).kind, SessionAction::Kind::connect);
  }
  EXPECT_EQ(session.attempts(), 5000U);
}

}  // namespace
}  // namespace millrace
