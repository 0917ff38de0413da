#pragma once

#include "core/base/instant.hpp"
#include "core/base/text_map.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/stored_cursor.hpp"
#include "core/log/log_store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class Registry;
class Scheduler;
class Subscriber;
struct Subscription;

// A piece of a channel's stored log that subscribers wait for.
struct ReadJob {
  std::string channel;
  std::uint64_t after = 0;        // the events behind this sequence
  std::size_t last = 0;           // or, in place of that, so many of those up to `lastThrough`; 0: no
  std::uint64_t lastThrough = 0;  //
  std::uint64_t through = 0;      // the newest that is stored
  std::size_t bytes = 0;          // about so many
};

// What subscribers read of the store, in pieces. They share them: who reads the same part of a channel reads the same piece, and
// a piece that nobody reads stays as long as there is room. All pieces together have at most HubOptions::replayBytes; who finds
// no room waits, in order.
//
// An adapter takes jobs(), reads them without the hub's guard, and tells finish() what was there.
class StoredReads {
 public:
  // All outlive it.
  StoredReads(Registry& registry, Scheduler& scheduler, const HubOptions& options)
      : registry_(registry), scheduler_(scheduler), options_(options) {}

  // Gives the subscriber the pieces that it waits for, where they are here; the others are asked for, and it has news once they come. Says
  // whether it has got one.
  bool provide(Subscriber& subscriber);

  // Nothing is to be read, or there is no room for it.
  [[nodiscard]] bool isEmpty() const;
  // The next pieces to be read, at most so many, as far as there is room.
  [[nodiscard]] std::vector<ReadJob> jobs(std::size_t limit, Instant now);
  // What one of them came to: a piece, which may have no event, or null: it could not be read. Then it is read again, not before
  // half a second is over.
  void finish(const ReadJob& job, const SharedPiece& piece, Instant now);
  // When something is to be read again, or room is to be made.
  [[nodiscard]] Instant next() const { return std::min(retryAt_, roomAt_); }
  void runDue(Instant now);

  // Nothing of the channel is kept, and what is being read of it is given to nobody.
  void forget(std::string_view key, Instant now);
  // What the pieces have asked for, and those that are being read.
  [[nodiscard]] std::size_t bytes() const { return bytes_ + reserved_; }

 private:
  struct Request {
    ReadJob job;
    std::vector<SubscriberId> readers;
    bool isGiven = false;      // by jobs()
    bool isForgotten = false;  // the channel, since then
  };
  using Pieces = std::list<std::pair<std::string, SharedPiece>>;  // those that were used last come last

  [[nodiscard]] SharedPiece find(std::string_view channel, std::uint64_t after);
  void ask(SubscriberId id, Subscription& subscription);
  void keep(std::string_view channel, const SharedPiece& piece);
  [[nodiscard]] bool hasRoom() const;
  bool makeRoom();
  void drop(Pieces::iterator piece);
  [[nodiscard]] Subscription* readerOf(SubscriberId id, const ReadJob& job);
  void give(SubscriberId id, const ReadJob& job, const SharedPiece& piece, Instant now);
  void withdraw(const Request& request, Instant now);
  void takeBack();

  Registry& registry_;
  Scheduler& scheduler_;
  const HubOptions& options_;
  Pieces pieces_;
  TextMap<std::map<std::uint64_t, Pieces::iterator>> ends_;  // by channel: the last sequence of a piece
  std::list<Request> requests_;                              // the oldest first
  TextMap<std::list<Request>::iterator> asked_;              // the same, by what they are for
  std::size_t waiting_ = 0;                                  // of those, not given by jobs()
  std::size_t bytes_ = 0;                                    // of pieces_
  std::size_t reserved_ = 0;                                 // for those that are being read
  Instant retryAt_ = kNever;                                 // of what could not be read
  Instant roomAt_ = kNever;                                  // there was none; then pieces are taken back
};

}  // namespace millrace
