#pragma once

#include "core/base/instant.hpp"
#include "core/base/text_map.hpp"
#include "core/hub/channel.hpp"
#include "core/hub/channel_policies.hpp"
#include "core/hub/subscriber.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

// Finds subscribers by id and channels by key, and counts the subscribers of each user.
class Registry {
 public:
  // Both outlive it.
  Registry(ChannelPolicies& policies, StoredChannels& stored) : policies_(policies), stored_(stored) {}

  Subscriber& add(std::unique_ptr<Subscriber> subscriber);
  [[nodiscard]] Subscriber* find(SubscriberId id);
  // None when it is ending.
  [[nodiscard]] Subscriber* findOpen(SubscriberId id);
  // Takes it out of its channels first.
  void remove(SubscriberId id, Instant now);
  // Subscribers that are no listeners.
  [[nodiscard]] std::size_t connections() const { return subscribers_.size() - listeners_; }
  [[nodiscard]] std::vector<SubscriberId> idsOf(OwnerId owner) const;
  [[nodiscard]] std::vector<SubscriberId> ids() const;

  // Made when it is not there.
  Channel& channel(std::string_view key, Instant now);
  // A channel that is not there.
  Channel& addChannel(std::string_view key, Instant now);
  [[nodiscard]] Channel* findChannel(std::string_view key) const;
  // The class that the channel of this key is in, or would be, where `known` is null: there is none.
  [[nodiscard]] ChannelClass& classOf(const Channel* known, std::string_view key) const {
    return known != nullptr ? known->channelClass() : policies_.of(key);
  }
  // The policies have changed: puts every channel into its class, and counts anew.
  void reclassify();
  // The channels that at least one connection reads, sorted.
  [[nodiscard]] std::vector<std::string_view> activeKeys() const;
  // The connections that read at least one channel.
  [[nodiscard]] std::size_t joinedConnections() const { return joined_; }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  [[nodiscard]] std::vector<Channel*> allChannels() const;
  template <typename Act>
  void forEachSubscriber(Act&& act) const {
    for (const auto& [id, subscriber] : subscribers_) {
      act(*subscriber);
    }
  }

  void join(Subscriber& subscriber, Subscription subscription, Instant now);
  // A channel that is as if it had never been goes, too.
  void leave(Subscriber& subscriber, Channel& channel, Instant now);

  // A connection is a stream of its group from now on, or of that of the first channel that it reads.
  static void countStream(Subscriber& subscriber, Instant now);
  // And ends for this reason.
  static void countEnd(const Subscriber& subscriber, CloseReason reason, Instant now);

  // The subscriber is this user's from now on; it counts once.
  void assignUser(Subscriber& subscriber, std::string_view userId);
  [[nodiscard]] std::size_t subscribersOfUser(std::string_view userId) const;

  // Trims every log by age, and removes the channels that nobody has used for as long as their policies say; of those that are empty, what they have
  // lost is remembered as long as a client may be away for it.
  void sweep(Instant now) { sweepChannels(EmptyChannel::remembered, now); }
  // The same, and channels that hold no event go at once.
  void sweepForRoom(Instant now) { sweepChannels(EmptyChannel::removed, now); }

 private:
  enum class EmptyChannel : std::uint8_t { remembered, removed };

  void forget(const Channel& channel);
  void sweepChannels(EmptyChannel empty, Instant now);

  ChannelPolicies& policies_;
  StoredChannels& stored_;
  TextMap<std::unique_ptr<Channel>> channels_;
  std::unordered_map<SubscriberId, std::unique_ptr<Subscriber>> subscribers_;
  TextMap<std::size_t> users_;
  std::size_t listeners_ = 0;
  std::size_t joined_ = 0;
};

}  // namespace millrace
