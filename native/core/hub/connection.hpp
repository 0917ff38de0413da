#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel.hpp"
#include "core/log/channel_log.hpp"
#include "core/log/cursor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

using ConnectionId = std::uint64_t;  // never reused in a process
using OwnerId = std::uint32_t;       // who reads the connection, e.g. one JavaScript environment

// What happens to a connection that is further behind than its limits allow.
enum class Overflow : std::uint8_t {
  disconnect,  // it is closed; the client resumes from where it was
  dropOldest,  // its cursors jump to what the limits allow, and it is told of the gap
};

struct LagOptions {
  std::size_t events = 1000;
  std::size_t bytes = std::size_t{1024} * 1024;
  Overflow overflow = Overflow::disconnect;
};

struct HeartbeatOptions {
  Millis every{15000};  // 0: none
  std::string type;     // empty: a comment
  std::string data;
};

enum class CloseReason : std::uint8_t {
  lagging,      // fell behind its limits under Overflow::disconnect
  durationCap,  // reached its maximum duration
  unread,       // nobody began to read it
};

struct ConnectionOptions {
  LagOptions lag;
  HeartbeatOptions heartbeat;
  Millis maxDuration{0};  // 0: unlimited
};

// One reader: a cursor into each of its channels' logs and into a log of its own, all merged by sequence. What it has not
// read yet is the distance to the heads; it holds no queue.
class Connection {
 public:
  using Spans = std::vector<std::string_view>;

  struct Subscription {
    Channel* channel = nullptr;
    Cursor cursor;
    std::vector<std::uint64_t> types;  // hashes of the event types to read; empty: all
    std::size_t slot = 0;              // its place in the channel's members
  };

  // `position`: the sequence that its client already has.
  Connection(ConnectionId id, OwnerId owner, ConnectionOptions options, std::uint64_t position)
      : id_(id), owner_(owner), options_(std::move(options)), position_(position) {}

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] OwnerId owner() const { return owner_; }
  [[nodiscard]] const ConnectionOptions& options() const { return options_; }

  // --- reading

  // What is to be sent now, in order: the notice, then the merge of all logs from the cursors to the heads. The views live
  // until the next call that changes a log. Neighbours in memory come as one span.
  void gather(Instant now, Spans& spans);
  // All that gather() gave has been taken.
  void taken();
  [[nodiscard]] bool hasPending() const;
  [[nodiscard]] bool hasBeenRead() const { return hasBeenRead_; }
  [[nodiscard]] LogDistance lag() const;
  // Whether a log was trimmed beyond one of the cursors.
  [[nodiscard]] bool isEvicted() const;
  // Moves the cursors on until the lag is within the limits.
  void dropOldest();

  // --- writing

  // Bytes that go before everything else: the cursor line, a verdict.
  std::string& notice() { return notice_; }
  // Tells the client, once a read, that events are missing.
  void noticeGap();
  ChannelLog& own() { return own_; }

  // --- subscriptions

  [[nodiscard]] Subscription* find(const Channel& channel);
  Subscription& add(Subscription subscription);
  void remove(Channel& channel);
  [[nodiscard]] const std::vector<Subscription>& subscriptions() const { return subscriptions_; }

  // The sequence a new subscription starts after: the client's position before anything was read, later the hub's head.
  [[nodiscard]] std::uint64_t joinPosition(std::uint64_t head) const { return hasBeenRead_ ? head : position_; }
  void setPosition(std::uint64_t position) { position_ = position; }

  // --- kept by the hub

  struct HubState {
    bool isListed = false;   // in its owner's list of connections with news
    bool isOffered = false;  // its owner was told, and has not read since
    bool isEnding = false;   // its owner was told to close it
    bool isCounted = true;   // false: a listener in the process
    bool resumes = false;    // the client came with a cursor
    std::string resumeId;    // the client's cursor, until the first channels resolve it
    std::string userId;
    Instant heartbeatAt = kNever;
    Instant endsAt = kNever;
    Instant unreadUntil = kNever;  // closed then, if nobody has begun to read it

    [[nodiscard]] Instant nextDeadline() const { return std::min({heartbeatAt, endsAt, unreadUntil}); }
    void stopDeadlines() { heartbeatAt = endsAt = unreadUntil = kNever; }
  };
  HubState hub;

 private:
  [[nodiscard]] static bool passes(const Subscription& subscription, const LogEntry& entry);

  const ConnectionId id_;
  const OwnerId owner_;
  const ConnectionOptions options_;
  std::string notice_;
  ChannelLog own_;
  std::vector<Subscription> subscriptions_;
  std::uint64_t position_;
  bool hasBeenRead_ = false;
  bool hasGapNotice_ = false;
};

}  // namespace millrace
