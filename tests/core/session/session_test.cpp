#include "core/session/session.hpp"

#include "core/support/vector_name.hpp"
#include "core/support/vectors.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string_view>

namespace millrace {

static void PrintTo(const SessionAction& action, std::ostream* out) {
  static constexpr const char* kNames[] = {"none", "connect", "wait", "close", "giveUp", "poll"};
  *out << kNames[static_cast<std::size_t>(action.kind)] << " " << action.delay.count();
}

namespace {

using test::SessionStep;
using test::SessionVector;

SessionAction perform(Session& session, const SessionStep& step) {
  const std::map<std::string_view, std::function<SessionAction()>> calls = {
      {"start", [&] { return session.start(step.now); }},
      {"close", [&] { return session.close(); }},
      {"connected", [&] { return session.connected(step.now, step.facts); }},
      {"received", [&] { return session.received(step.now, step.heartbeats, step.events); }},
      {"stamped", [&] { return session.stamped(step.now, step.sentMs), SessionAction{}; }},
      {"paced", [&] { return session.paced(step.every), SessionAction{}; }},
      {"retry", [&] { return session.retry(step.retry), SessionAction{}; }},
      {"lost", [&] { return session.lost(step.loss, step.now, step.random, step.retryAfter); }},
      {"polled", [&] { return session.polled(step.result, step.now, step.random, step.retryAfter); }},
      {"online", [&] { return session.online(step.now, step.random); }},
      {"offline", [&] { return session.offline(), SessionAction{}; }},
      {"visible", [&] { return session.visible(step.now, step.random); }},
      {"hidden", [&] { return session.hidden(); }},
      {"restored", [&] { return session.restored(step.now); }},
      {"tick", [&] { return session.tick(step.now, step.random); }},
  };
  return calls.at(step.call)();
}

std::string_view nameOf(SessionState state) {
  static constexpr std::string_view kNames[] = {"disconnected", "connecting", "connected", "reconnecting", "error"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view nameOf(Health health) {
  static constexpr std::string_view kNames[] = {"healthy", "degraded", "critical", "disconnected"};
  return kNames[static_cast<std::size_t>(health)];
}

std::int64_t numberOf(Instant deadline) { return deadline == kNever ? -1 : deadline.time_since_epoch().count(); }

class SessionVectors : public ::testing::TestWithParam<SessionVector> {};

TEST_P(SessionVectors, hold) {
  Session session(GetParam().options);
  EXPECT_EQ(nameOf(session.state()), "disconnected");
  EXPECT_EQ(session.attempts(), 0U);
  std::size_t index = 0;
  for (const SessionStep& step : GetParam().steps) {
    SCOPED_TRACE("step " + std::to_string(index++) + ", " + step.call);
    EXPECT_EQ(perform(session, step), step.action);
    EXPECT_EQ(nameOf(session.state()), step.state);
    EXPECT_EQ(session.attempts(), step.attempts);
    EXPECT_EQ(session.isPolling(), step.isPolling);
    if (step.health) {
      EXPECT_EQ(nameOf(session.health(step.now)), *step.health);
    }
    if (step.deadline) {
      EXPECT_EQ(numberOf(session.deadline(step.now)), *step.deadline);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(all, SessionVectors, ::testing::ValuesIn(test::sessionVectors()), test::VectorName{});

TEST(Session, fiveThousandLossesGiveFiniteWaits) {
  SessionOptions options;
  options.backoff = {Millis(1000), Millis(4000)};
  options.breaker.failures = 0;
  Session session(options);
  EXPECT_EQ(session.start({}).kind, SessionAction::Kind::connect);
  for (std::int64_t loss = 0; loss < 5000; ++loss) {
    const Instant now{Millis(loss * 10000)};
    EXPECT_LE(session.lost(Loss::transient, now, 0.999).delay, Millis(4000));
    EXPECT_EQ(session.tick(now + Millis(4000), 0).kind, SessionAction::Kind::connect);
  }
  EXPECT_EQ(session.attempts(), 5000U);
}

}  // namespace
}  // namespace millrace
