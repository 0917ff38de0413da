#pragma once

#include <utility>

namespace millrace {

// Whether a subscriber has news that its owner has yet to be told of, and whether it was told and has not read it to the end.
class SubscriberOffer {
 public:
  // It has news. Says whether its owner's list lacked it.
  bool list() { return !std::exchange(isListed_, true); }
  void unlist() { isListed_ = false; }
  // Its owner is told. Says whether that is new.
  bool make() { return !std::exchange(isOpen_, true); }
  // It was read; `hasMore`: not to the end.
  void answer(bool hasMore) { isOpen_ = hasMore; }
  [[nodiscard]] bool isOpen() const { return isOpen_; }
  // Another owner reads it.
  void reset() { isListed_ = isOpen_ = false; }

 private:
  bool isListed_ = false;
  bool isOpen_ = false;
};

}  // namespace millrace
