#include "core/identity/dedup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <random>

namespace millrace {
namespace {

// The same window, plainly.
class NaiveWindow {
 public:
  explicit NaiveWindow(std::size_t events) : events_(events) {}

  void reset() { repeats_ = times_; }

  Sighting see(std::uint64_t event) {
    if (times_.contains(event)) {
      if (repeats_[event] > 0) {
        --repeats_[event];
        return Sighting::repeat;
      }
      ++times_[event];
      return Sighting::fresh;
    }
    times_[event] = 1;
    order_.push_back(event);
    if (order_.size() > events_) {
      times_.erase(order_.front());
      repeats_.erase(order_.front());
      order_.pop_front();
    }
    return Sighting::fresh;
  }

 private:
  std::size_t events_;
  std::deque<std::uint64_t> order_;
  std::map<std::uint64_t, int> times_;
  std::map<std::uint64_t, int> repeats_;  // of this connection, that are still to come
};

// Small windows have small tables, so runs of full slots wrap around their ends all the time. Fingerprints that differ in their
// highest bits only have one home.
TEST(Dedup, agreesWithANaiveWindow) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, std::size_t{1000}}) {
    std::mt19937 random(static_cast<std::uint32_t>(size));
    DedupWindow window(size);
    NaiveWindow naive(size);
    for (int step = 0; step < 100000; ++step) {
      if (random() % (size * 3) == 0) {
        window.reset();
        naive.reset();
      }
      const std::uint64_t number = 1 + random() % (size * 2 + 1);
      const std::uint64_t event = number % 3 == 0 ? number << 60U | 5U : number;
      ASSERT_EQ(window.see(event), naive.see(event)) << "size " << size << ", step " << step << ", event " << event;
    }
  }
}

TEST(Dedup, ofNothingFindsEverythingFresh) {
  DedupWindow window(0);
  EXPECT_EQ(window.see(1), Sighting::fresh);
  window.reset();
  EXPECT_EQ(window.see(1), Sighting::fresh);
}

TEST(Dedup, dropsNothingWithinAConnection) {
  DedupWindow window(3);
  for (int time = 0; time < 100; ++time) {
    EXPECT_EQ(window.see(1), Sighting::fresh);
  }
}

TEST(Dedup, dropsAsOftenAsItWasDelivered) {
  DedupWindow window(3);
  EXPECT_EQ(window.see(1), Sighting::fresh);
  EXPECT_EQ(window.see(1), Sighting::fresh);
  for (int connection = 0; connection < 3; ++connection) {  // a replay of both, on every connection
    window.reset();
    EXPECT_EQ(window.see(1), Sighting::repeat);
    EXPECT_EQ(window.see(1), Sighting::repeat);
  }
  EXPECT_EQ(window.see(1), Sighting::fresh);  // a third, behind the replay
  window.reset();
  EXPECT_EQ(window.see(1), Sighting::repeat);
  EXPECT_EQ(window.see(1), Sighting::repeat);
  EXPECT_EQ(window.see(1), Sighting::repeat);
  EXPECT_EQ(window.see(1), Sighting::fresh);
}

TEST(Dedup, remembersExactlySoMany) {
  DedupWindow window(3);
  for (const std::uint64_t event : {1U, 2U, 3U}) {
    EXPECT_EQ(window.see(event), Sighting::fresh);
  }
  window.reset();
  EXPECT_EQ(window.see(1), Sighting::repeat);
  EXPECT_EQ(window.see(4), Sighting::fresh);  // for 1, which the repeat did not renew
  EXPECT_EQ(window.see(2), Sighting::repeat);
  EXPECT_EQ(window.see(1), Sighting::fresh);
}

// Better shown twice than lost.
TEST(Dedup, forgetsTimesThatItCannotCount) {
  constexpr int kMost = std::numeric_limits<std::uint16_t>::max();
  DedupWindow window(1);
  for (int time = 0; time < kMost + 10; ++time) {
    ASSERT_EQ(window.see(1), Sighting::fresh);
  }
  window.reset();
  for (int time = 0; time < kMost; ++time) {
    ASSERT_EQ(window.see(1), Sighting::repeat);
  }
  EXPECT_EQ(window.see(1), Sighting::fresh);
}

TEST(Dedup, boundsWhatItIsAskedToRemember) {
  DedupWindow window(DedupWindow::kMostEvents * 1000);  // would be 40 GB
  EXPECT_EQ(window.see(1), Sighting::fresh);
  window.reset();
  EXPECT_EQ(window.see(1), Sighting::repeat);
}

}  // namespace
}  // namespace millrace
