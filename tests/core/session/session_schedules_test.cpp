// Thousands of random schedules: what must hold in all of them, and one number for all that they did, which every other
// implementation must come to as well (tests/js/session-schedules.ts draws the same schedules).
#include "core/session/session.hpp"
#include "core/support/vectors.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace millrace {
namespace {

using Kind = SessionAction::Kind;

// Marsaglia, "Xorshift RNGs", 2003.
class Random {
 public:
  explicit Random(std::uint32_t seed) : state_(seed) {}

  std::uint32_t next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 17U;
    state_ ^= state_ << 5U;
    return state_;
  }
  std::uint32_t below(std::uint32_t limit) { return next() % limit; }
  double unit() {
    constexpr double kScale = 16777216;
    return static_cast<double>(next() >> 8U) / kScale;
  }

 private:
  std::uint32_t state_;
};

// FNV-1a over 32-bit numbers.
class Digest {
 public:
  void add(std::uint32_t number) { value_ = (value_ ^ number) * 16777619U; }
  [[nodiscard]] std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 2166136261U;
};

SessionOptions drawOptions(Random& random) {
  SessionOptions options;
  options.attempts = random.below(3) == 0 ? std::optional(1 + random.below(10)) : std::nullopt;
  options.backoff = {Millis(random.below(2000)), Millis(1 + random.below(60000)), Millis(random.below(1000)),
                     Millis(random.below(20000))};
  options.breaker = {random.below(6), Millis(random.below(60000))};
  options.silence = Millis(random.below(4) == 0 ? 0 : 1000 + random.below(60000));
  options.pollEvery = Millis(random.below(2) == 0 ? 0 : 500 + random.below(10000));
  options.pausesWhenHidden = random.below(3) == 0;
  options.pollAfter = 1 + random.below(5);
  return options;
}

// A session in a world that does what its actions say.
class Schedule {
 public:
  Schedule(Random& random, Digest& digest)
      : random_(random), digest_(digest), options_(drawOptions(random)), session_(options_) {}

  void run() {
    perform(session_.start(now()));
    for (int step = 0; step < 60; ++step) {
      pass();
      perform(put(random_.below(20)));
      check();
    }
    perform(session_.close());
    EXPECT_EQ(session_.state(), SessionState::disconnected);
    EXPECT_EQ(session_.deadline(now()), kNever);
    EXPECT_FALSE(hasStream_ || hasPoll_) << "close ends what there is";
  }

 private:
  [[nodiscard]] Instant now() const { return Instant(Millis(now_)); }

  // Mostly to the deadline, as the caller's timer does; sometimes early, sometimes far too late.
  void pass() {
    const std::uint32_t way = random_.below(4);
    const std::uint32_t some = random_.below(20000);
    const Instant deadline = session_.deadline(now());
    if (way == 0) {
      now_ += some;
    } else if (way == 1) {
      now_ += 10 * static_cast<std::int64_t>(some);
    } else if (deadline != kNever) {
      now_ = std::max(now_, deadline.time_since_epoch().count());
    }
  }

  SessionAction put(std::uint32_t input) {
    const double chance = random_.unit();
    const std::uint32_t number = random_.below(30000);
    switch (input) {
      case 0:
        return session_.start(now());
      case 1:
        return number < 3000 ? session_.close() : SessionAction{};
      case 2:
      case 3:
        return session_.connected(now(),
                                  {number < 10000 ? std::optional(Millis(number)) : std::nullopt, Millis(number / 3)});
      case 4:
      case 5:
      case 6:
        return session_.received(now(), number % 4, number / 4 % 3);
      case 7:
        session_.stamped(now(), static_cast<double>(now_ - static_cast<std::int64_t>(number / 4)));
        return {};
      case 8:
        session_.retry(Millis(number / 10));
        return {};
      case 9:
      case 10:
        return session_.lost(number < 600    ? Loss::final
                             : number < 6000 ? Loss::planned
                                             : Loss::transient,
                             now(), chance, Millis(number % 3 == 0 ? number : 0));
      case 11:
      case 12:
        return session_.polled(static_cast<PollResult>(number % 4), now(), chance);
      case 13:
        return session_.online(now(), chance);
      case 14:
        session_.offline();
        return {};
      case 15:
        return session_.visible(now(), chance);
      case 16:
        return session_.hidden();
      case 17:
        return number < 10000 ? session_.restored(now()) : SessionAction{};
      default:
        return session_.tick(now(), chance);
    }
  }

  void perform(const SessionAction& action) {
    if (action.kind != Kind::none) {
      hasStream_ = action.kind == Kind::connect;
      hasPoll_ = action.kind == Kind::poll;
    }
    const Instant deadline = session_.deadline(now());
    digest_.add(static_cast<std::uint32_t>(action.kind));
    digest_.add(action.delay == Millis::max() ? kNone : static_cast<std::uint32_t>(action.delay.count()));
    digest_.add(static_cast<std::uint32_t>(session_.state()));
    digest_.add(static_cast<std::uint32_t>(session_.health(now())));
    digest_.add(session_.attempts());
    digest_.add(session_.isPolling() ? 1 : 0);
    digest_.add(deadline == kNever ? kNone : static_cast<std::uint32_t>(deadline.time_since_epoch().count()));
    const auto latency = session_.latency();
    digest_.add(latency ? static_cast<std::uint32_t>(latency->count()) : kNone);
    if (action.kind == Kind::wait && action.delay != Millis::max()) {
      EXPECT_GE(action.delay, Millis{0});
      EXPECT_EQ(session_.state(), SessionState::reconnecting);
      EXPECT_EQ(deadline, now() + action.delay);
    }
  }

  void check() const {
    const SessionState state = session_.state();
    const bool isOver = state == SessionState::disconnected || state == SessionState::error;
    if (isOver) {
      EXPECT_FALSE(hasStream_ || hasPoll_) << "nobody wants it any more";
      EXPECT_EQ(session_.health(now()), Health::disconnected);
    }
    if (state == SessionState::connecting) {
      EXPECT_TRUE(hasStream_) << "it waits for an answer that nobody was asked for";
    }
    if (hasPoll_) {
      EXPECT_TRUE(session_.isPolling() && options_.pollEvery > Millis{0});
    }
    if (!isOver && options_.silence > Millis{0} && !options_.pausesWhenHidden) {
      EXPECT_NE(session_.deadline(now()), kNever) << "it would hang for ever";
    }
    if (options_.attempts) {
      EXPECT_LE(session_.attempts(), *options_.attempts);
      EXPECT_TRUE(session_.attempts() < *options_.attempts || isOver);
    }
  }

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  Random& random_;
  Digest& digest_;
  SessionOptions options_;
  Session session_;
  std::int64_t now_ = 0;
  bool hasStream_ = false;  // one was asked for, and nothing ended it
  bool hasPoll_ = false;
};

TEST(SessionSchedules, holdAndComeToTheSameAsEverywhere) {
  const auto expected = test::scheduleDigest();
  Random random(expected.seed);
  Digest digest;
  for (std::uint32_t schedule = 0; schedule < expected.schedules && !::testing::Test::HasFailure(); ++schedule) {
    SCOPED_TRACE("schedule " + std::to_string(schedule));
    Schedule(random, digest).run();
  }
  EXPECT_EQ(digest.value(), expected.digest);
}

}  // namespace
}  // namespace millrace
