// Any schedule of events and times: never above the rate, in order, nothing lost but what is counted, nothing held for ever.
#include "core/flow/channel_flow.hpp"

#include "core/support/rounds.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace millrace {
namespace {

struct Left {
  std::uint64_t number = 0;
  std::string key;  // "m…" or "t…"; empty: none
  Instant at;
  bool hasWaited = false;
};

class FlowWorld {
 public:
  explicit FlowWorld(std::uint32_t seed) : random_(seed) {
    if (chance(70)) {
      rules_.rate.limit = {static_cast<double>(1 + below(40)), 1 + below(8)};
      rules_.rate.bufferEvents = below(12);
      rules_.rate.overflow = chance(50) ? RateOverflow::refuse : RateOverflow::dropOldest;
    }
    rules_.mergeWindow = Millis(chance(60) ? 1 + below(900) : 0);
    rules_.throttleEvery = Millis(chance(60) ? 1 + below(900) : 0);
    rules_.batchEvery = Millis(chance(40) ? 1 + below(900) : 0);
  }

  void run() {
    for (int step = 0; step < 400; ++step) {
      if (chance(40)) {
        pass(Millis(below(chance(10) ? 3000 : 60)));
      }
      publish();
    }
    for (Instant next = flow_.next(rules_, now_); next != kNever; next = flow_.next(rules_, now_)) {
      ASSERT_GT(next, now_) << "what is due was released";
      ASSERT_LT(steps_++, 5000) << "something is held for ever";
      pass(next - now_);
    }
    check();
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t percent) { return below(100) < percent; }

  void pass(Millis time) {
    now_ += time;
    while (const std::optional<HeldEvent> event = flow_.release(rules_, now_)) {
      leave(std::stoull(std::string(event->view().fields.data->substr(5))), true);
    }
  }

  // An event is {"n":<number>…
  void publish() {
    pass(Millis{0});
    const std::uint64_t number = ++last_;
    const std::size_t kind = below(3);
    const std::string name = std::to_string(below(3));
    std::string& key = keys_[number];
    key = kind == 0 ? "" : (kind == 1 ? "m" : "t") + name;
    const std::string data = R"({"n":)" + std::to_string(number) + "}";
    FlowEvent event;
    event.fields.data = data;
    (kind == 1 ? event.mergeKey : event.throttleKey) = key;
    switch (flow_.offer(event, rules_, NewWindows::open, HoldRoom::there, now_)) {
      case FlowOutcome::passes:
        leave(number, false);
        break;
      case FlowOutcome::held:
        ++held_;
        break;
      case FlowOutcome::merged:
        break;
      case FlowOutcome::refused:
        ++refused_;
        break;
    }
  }

  void leave(std::uint64_t number, bool hasWaited) { left_.push_back({number, keys_[number], now_, hasWaited}); }

  void check() {
    EXPECT_EQ(flow_.events(), 0U);
    EXPECT_EQ(flow_.bytes(), 0U);
    std::size_t waited = 0;
    std::map<std::string, std::uint64_t> newestOfKey;
    std::uint64_t newestKeyless = 0;
    for (const Left& event : left_) {
      waited += event.hasWaited ? 1 : 0;
      std::uint64_t& newest = event.key.empty() ? newestKeyless : newestOfKey[event.key];
      EXPECT_LT(newest, event.number) << "of its key, a later one has left before it";
      newest = event.number;
    }
    EXPECT_EQ(waited + flow_.takeDropped(), held_) << "all that was held leaves, or is counted";
    const RateLimit& limit = rules_.rate.limit;
    for (std::size_t from = 0; from < left_.size() && !limit.isNone(); ++from) {
      for (std::size_t to = from; to < left_.size(); ++to) {
        const double seconds = static_cast<double>((left_[to].at - left_[from].at).count()) / 1000;
        ASSERT_LE(static_cast<double>(to - from + 1),
                  static_cast<double>(limit.burst) + seconds * limit.perSecond + 1e-6);
      }
    }
    checkWindows();
    checkBatches();
  }

  // Events leave at one time, or so long after each other.
  void checkBatches() {
    for (std::size_t at = 1; at < left_.size() && rules_.batchEvery > Millis{0}; ++at) {
      const Millis apart = left_[at].at - left_[at - 1].at;
      EXPECT_TRUE(apart == Millis{0} || apart >= rules_.batchEvery) << apart.count();
    }
  }

  // With no rate to delay them, two events of one key are a window apart at least.
  void checkWindows() {
    if (!rules_.rate.limit.isNone() || rules_.batchEvery > Millis{0}) {
      return;
    }
    std::map<std::string, Instant> last;
    for (const Left& event : left_) {
      if (event.key.empty()) {
        continue;
      }
      const Millis window = event.key.front() == 'm' ? rules_.mergeWindow : rules_.throttleEvery;
      const auto before = last.find(event.key);
      if (before != last.end()) {
        EXPECT_GE(event.at - before->second, window);
      }
      last[event.key] = event.at;
    }
  }

  std::mt19937 random_;
  FlowRules rules_;
  ChannelFlow flow_;
  Instant now_{Millis(1000)};
  std::uint64_t last_ = 0;
  std::size_t held_ = 0;
  std::size_t refused_ = 0;
  int steps_ = 0;
  std::map<std::uint64_t, std::string> keys_;  // by number
  std::vector<Left> left_;                     // in order
};

TEST(ChannelFlowProperty, anySchedule) {
  for (std::uint32_t seed = 1; seed <= test::roundsOf(500); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FlowWorld(seed).run();
    if (::testing::Test::HasFailure()) {
      break;
    }
  }
}

}  // namespace
}  // namespace millrace
