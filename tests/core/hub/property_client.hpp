#pragma once

#include "core/hub/property_world.hpp"
#include "core/session/receiver.hpp"
#include "core/session/session.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

// What makes one client of the property test different from another.
struct Habits {
  OwnerId owner = 1;
  Overflow overflow = Overflow::disconnect;
  std::vector<std::size_t> channels;
  std::vector<std::string_view> types;   // empty: all
  std::vector<std::string_view> labels;  // of events that have one; empty: all
  bool joinsLate = false;                // only after its first read
  bool rewinds = false;                  // comes back with older ids, and sees chunks twice
  bool takesParts = false;               // is read as by a socket that takes what it has room for
};

// A browser of the property test: a Receiver and a Session, the bytes on their way to it, and a check of every event
// that is delivered. Nothing comes twice; what a client was not given lies before a gap or reset that it was told of first.
class Client {
 public:
  Client(World& world, Random& random, Habits habits);

  [[nodiscard]] SubscriberId connection() const { return connection_; }
  [[nodiscard]] OwnerId owner() const { return habits_.owner; }
  // There is something for it to take.
  [[nodiscard]] bool isReadable() const { return isReadable_; }
  [[nodiscard]] bool hasBytesOnTheWay() const { return !onTheWay_.empty(); }
  [[nodiscard]] std::size_t delivered() const { return delivered_.size(); }
  [[nodiscard]] std::size_t notices() const { return notices_; }

  [[nodiscard]] bool hasJoined() const { return connection_ != 0 && hasJoined_; }
  void becomesReadable() { isReadable_ = true; }
  // The server's side takes what there is for this client, and sends it on its way.
  void read();
  // Some of what is on its way arrives.
  void receive();
  // The connection breaks: of what is on its way only a beginning arrives.
  void cut();
  // As cut(), but everything arrives.
  void end();
  // Connects when it is time to.
  void tick();
  // At the end of the schedule: everything that is wanted must have come or been excused.
  void checkNothingIsMissing();

 private:
  struct Chunk {
    std::string bytes;
    std::array<std::uint64_t, kChannels> excused{};  // up to which sequence, if the chunk tells of a gap
  };

  void connect();
  void join(std::size_t channel);
  void feed(const std::string& bytes, const Chunk& from);
  void take(const ParsedItem& item, const Chunk& from);
  void deliver(const std::string& id);
  void noticed(bool isReset, const Chunk& from);
  void checkMissing(std::uint64_t before);
  void lose();
  [[nodiscard]] std::string take();
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] bool wants(const Published& event) const;

  World& world_;
  Random& random_;
  const Habits habits_;
  Receiver receiver_;
  Session session_;
  SubscriberId connection_ = 0;  // 0: none
  bool isReadable_ = false;
  bool hasJoined_ = false;
  bool hasResumed_ = false;  // this connection came with an id
  std::deque<Chunk> onTheWay_;
  std::vector<std::string> idsSeen_;

  // The check: everything up to `position_` was delivered or excused.
  bool hasBegun_ = false;
  std::uint64_t openedAt_ = 0;     // the head when this connection was opened
  std::uint64_t beginsAfter_ = 0;  // its cursor, where the client comes without one
  std::uint64_t epoch_ = 0;        // of position_
  std::uint64_t position_ = 0;
  std::uint64_t order_ = 0;    // the last sequence delivered on this connection
  bool hasBeenReset_ = false;  // so that what an earlier connection skipped may come now
  std::array<std::uint64_t, kChannels> excused_{};
  std::set<std::string> delivered_;
  std::size_t notices_ = 0;
};

}  // namespace millrace::test
