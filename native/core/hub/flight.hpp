#pragma once

#include "core/hub/subscriptions.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace millrace {

// The time in which a subscriber is being sent what was read for it. The logs of its channels keep those bytes meanwhile. Channels
// that it leaves within that time are remembered until it is over, for a part of what was read of them may have been taken.
class Flight {
 public:
  void begin(Subscriptions& subscriptions) {
    isUnderWay_ = true;
    for (Subscription& subscription : subscriptions) {
      subscription.isInFlight = true;
      ++subscription.channel->inFlight;
    }
  }
  void end(Subscriptions& subscriptions) {
    isUnderWay_ = false;
    for (Subscription& subscription : subscriptions) {
      subscription.channel->inFlight -= std::exchange(subscription.isInFlight, false) ? 1 : 0;
    }
  }
  [[nodiscard]] bool isUnderWay() const { return isUnderWay_; }

  // The subscriber leaves the channel.
  void leave(const Subscription& subscription) {
    if (!subscription.isInFlight) {
      return;
    }
    if (left_ == nullptr) {
      left_ = std::make_unique<std::vector<Subscription>>();
    }
    left_->push_back(subscription.copyInFlight());
  }
  // Those that it has left.
  template <typename Act>
  void forEachLeft(Act&& act) {
    if (left_ != nullptr) {
      std::for_each(left_->begin(), left_->end(), act);
    }
  }
  [[nodiscard]] bool isLeft(const Subscription& one) const {
    return left_ != nullptr &&
           std::any_of(left_->begin(), left_->end(), [&](const auto& each) { return &each == &one; });
  }
  // It is known what was taken of them.
  void forgetLeft() {
    forEachLeft([](const Subscription& subscription) { --subscription.channel->inFlight; });
    left_.reset();
  }

 private:
  std::unique_ptr<std::vector<Subscription>> left_;  // mostly none
  bool isUnderWay_ = false;
};

}  // namespace millrace
