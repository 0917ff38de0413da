#pragma once

#include "core/hub/filter_counts.hpp"
#include "core/hub/hub_options.hpp"

#include <cstddef>
#include <vector>

namespace millrace {

class Subscriber;
struct Subscription;

// The subscribers of one channel, in no order, and how many of them there are of each kind.
class Members {
 public:
  // How many of the members an owner reads.
  struct Share {
    OwnerId owner = 0;
    std::size_t members = 0;
  };

  // Sets the subscription's slot.
  void add(Subscriber& subscriber, Subscription& subscription);
  // The last member takes the free slot, so leaving costs the same in a channel of any size.
  void remove(const Subscriber& subscriber, const Subscription& subscription);
  // A member is read by another owner from now on.
  void move(OwnerId from, OwnerId to);

  [[nodiscard]] bool isEmpty() const { return members_.empty(); }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] Subscriber& at(std::size_t slot) const { return *members_[slot]; }
  [[nodiscard]] const std::vector<Share>& owners() const { return owners_; }

  // The bytes that their list has asked for.
  [[nodiscard]] std::size_t capacity() const { return members_.capacity() * sizeof(Subscriber*); }

  // Members that are no listeners.
  [[nodiscard]] std::size_t connections() const { return members_.size() - listeners_; }
  // Connections that are given this event.
  [[nodiscard]] std::size_t recipients(const LogEntry& entry) const;
  // Whether some want their events deflated.
  [[nodiscard]] bool areCompressed() const { return compressed_ > 0; }

 private:
  void count(OwnerId owner);
  void uncount(OwnerId owner);

  std::vector<Subscriber*> members_;
  std::vector<Share> owners_;
  std::size_t listeners_ = 0;   // members in the process, which are no connections
  std::size_t compressed_ = 0;  // members that want their events deflated
  FilterCounts filtered_;       // the filters of connections that do not read everything
};

}  // namespace millrace
