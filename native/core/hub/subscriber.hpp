#pragma once

#include "core/base/instant.hpp"
#include "core/hub/client_cursor.hpp"
#include "core/hub/close_reason.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/link_pace.hpp"
#include "core/hub/log_reader.hpp"
#include "core/hub/subscriber_deadlines.hpp"
#include "core/hub/subscriber_offer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace millrace {

class Sequence;

// How far a subscriber has come: it only moves down this list, and may leave stages out.
enum class SubscriberStage : std::uint8_t {
  unread,        // nobody has begun to read it: its response is still being prepared
  catchingUp,    // it has yet to take for the first time all there is
  live,          //
  endingUnread,  // its owner was told to close it, and nobody has begun to read it
  ending,        // its owner was told to close it, and it may take what is left
  over,          // it has taken nothing of that for too long
};

// Whether a subscriber that is behind has used up its time to catch up.
enum class Pace : std::uint8_t { inTime, slow };

// A client, or a listener in the process, that reads channels. It has a stage, options, a reader of its logs, and the cursor that
// its client came with.
class Subscriber {
 public:
  // `position`: the sequence that its client already has.
  Subscriber(SubscriberId id, OwnerId owner, SubscriberKind kind, std::shared_ptr<const SubscriberOptions> options,
             std::uint64_t position)
      : id_(id),
        owner_(owner),
        options_(std::move(options)),
        reader_(*options_, position),
        openedAfter_(position),
        kind_(kind) {}

  [[nodiscard]] SubscriberId id() const { return id_; }
  [[nodiscard]] bool isListener() const { return kind_ == SubscriberKind::listener; }
  [[nodiscard]] bool isConnection() const { return kind_ == SubscriberKind::connection; }
  [[nodiscard]] const SubscriberOptions& options() const { return *options_; }
  [[nodiscard]] OwnerId owner() const { return owner_; }
  // What its owner writes to, if it writes to a socket itself.
  [[nodiscard]] void* socket() const { return socket_; }
  // Another owner reads it from now on.
  void assign(OwnerId owner, void* socket);

  // --- the stage

  [[nodiscard]] bool hasBeenRead() const {
    return stage_ != SubscriberStage::unread && stage_ != SubscriberStage::endingUnread;
  }
  [[nodiscard]] bool isCatchingUp() const { return stage_ <= SubscriberStage::catchingUp; }
  [[nodiscard]] bool isEnding() const { return stage_ >= SubscriberStage::endingUnread; }
  [[nodiscard]] bool isOver() const { return stage_ == SubscriberStage::over; }
  // Some of it was taken, or, if it `isCaughtUp`, all there was.
  void noteRead(bool isCaughtUp);
  // Nothing newer than `lastSequence` is given any more, and no deadline counts but that of the end.
  void beginEnding(CloseReason reason, std::uint64_t lastSequence);
  void endWaiting() { stage_ = SubscriberStage::over; }

  // --- what it reads

  [[nodiscard]] LogReader& reader() { return reader_; }
  [[nodiscard]] const LogReader& reader() const { return reader_; }
  [[nodiscard]] Subscriptions& subscriptions() { return reader_.subscriptions(); }
  [[nodiscard]] const Subscriptions& subscriptions() const { return reader_.subscriptions(); }
  [[nodiscard]] ClientCursor& clientCursor() { return clientCursor_; }
  [[nodiscard]] const ClientCursor& clientCursor() const { return clientCursor_; }
  // The sequence that a new subscription starts after: the client's position before anything was read, later the hub's head.
  [[nodiscard]] std::uint64_t joinPosition(std::uint64_t head) const {
    return hasBeenRead() ? head : clientCursor_.isGiven() ? reader_.position() : openedAfter_;
  }
  // Its client has no cursor, and gets none before the first read.
  [[nodiscard]] bool beginsNow() const { return !clientCursor_.isGiven() && !hasBeenRead(); }
  [[nodiscard]] bool hasPending() const {
    return reader_.hasPending() || (clientCursor_.owesVerdict() && !reader_.isBroken());
  }
  // It was told of bytes in this turn, and has not taken all of them.
  [[nodiscard]] bool isBehind() const { return offer.isOpen() && !reader_.isInFlight(); }
  // Nothing that it has not taken is evicted before, as long as the inbox is not half full.
  void holdUntil(Instant until) const;
  // Writes what goes before the events of the next read.
  void completePreamble(const Sequence& sequence);

  // --- what the parts of the hub keep of it, each its own

  SubscriberOffer offer;          // the scheduler
  SubscriberDeadlines deadlines;  // the deadlines
  Instant openedAt;
  std::uint64_t bytesTaken = 0;                        // its owner counts
  std::unique_ptr<LinkPace> linkPace;                  // the heartbeats; none: their interval is always the same
  ChannelClass* group = nullptr;                       // the registry; in whose metrics it is counted
  const std::string* userId = nullptr;                 // the registry; none: it is no user's
  CloseReason closeReason = CloseReason::durationCap;  // of deadlines.end; once it is ending, why
  Pace pace = Pace::inTime;                            // the lag judge
  std::uint32_t heartbeats = 0;                        // that were written
  bool isCounted = false;                              // the registry; among the streams of its group
  bool hasProgressed = false;  // it has taken something since its end began; the lag judge sets it

 private:
  const SubscriberId id_;
  OwnerId owner_;
  void* socket_ = nullptr;
  const std::shared_ptr<const SubscriberOptions> options_;  // by thousands of subscribers, mostly
  LogReader reader_;
  ClientCursor clientCursor_;
  const std::uint64_t openedAfter_;  // the hub's newest sequence then
  const SubscriberKind kind_;
  SubscriberStage stage_ = SubscriberStage::unread;
};

}  // namespace millrace
