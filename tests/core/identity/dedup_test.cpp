#include "core/identity/dedup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <unordered_set>

namespace millrace {
namespace {

// The same window, plainly.
class NaiveWindow {
 public:
  explicit NaiveWindow(std::size_t ids) : ids_(ids) {}

  Sighting see(const std::string& id) {
    if (known_.contains(id)) {
      return Sighting::repeat;
    }
    known_.insert(id);
    order_.push_back(id);
    if (order_.size() > ids_) {
      known_.erase(order_.front());
      order_.pop_front();
    }
    return Sighting::fresh;
  }

 private:
  std::size_t ids_;
  std::deque<std::string> order_;
  std::unordered_set<std::string> known_;
};

// Small windows have small tables, so runs of full slots wrap around their ends all the time.
TEST(Dedup, agreesWithANaiveWindow) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, std::size_t{1000}}) {
    std::mt19937 random(static_cast<std::uint32_t>(size));
    DedupWindow window(size);
    NaiveWindow naive(size);
    for (int step = 0; step < 100000; ++step) {
      const std::string id = std::to_string(random() % (size * 2 + 1));
      ASSERT_EQ(window.see(id), naive.see(id)) << "size " << size << ", step " << step << ", id " << id;
    }
  }
}

TEST(Dedup, ofNothingFindsEverythingFresh) {
  DedupWindow window(0);
  EXPECT_EQ(window.see("1"), Sighting::fresh);
  EXPECT_EQ(window.see("1"), Sighting::fresh);
}

TEST(Dedup, remembersExactlySoMany) {
  DedupWindow window(3);
  for (const char* const id : {"1", "2", "3"}) {
    EXPECT_EQ(window.see(id), Sighting::fresh);
  }
  EXPECT_EQ(window.see("1"), Sighting::repeat);
  EXPECT_EQ(window.see("4"), Sighting::fresh);  // for 1, which the repeat did not renew
  EXPECT_EQ(window.see("2"), Sighting::repeat);
  EXPECT_EQ(window.see("1"), Sighting::fresh);
}

TEST(Dedup, boundsWhatItIsAskedToRemember) {
  DedupWindow window(DedupWindow::kMostIds * 1000);  // would be 24 GB
  EXPECT_EQ(window.see("1"), Sighting::fresh);
  EXPECT_EQ(window.see("1"), Sighting::repeat);
}

}  // namespace
}  // namespace millrace
