#pragma once

#include "core/base/byte_buffer.hpp"
#include "core/wire/event.hpp"
#include "core/wire/parser.hpp"

#include <cstddef>
#include <string_view>

namespace millrace {

// What a chunk tells the session: how many heartbeats it held, and how many other events of the application.
class ChunkTally {
 public:
  // Appends to the type of the events that are heartbeats; at first it is empty, which no event's type is.
  void appendHeartbeatType(std::string_view text) {
    heartbeatType_.append(text);
    isDefaultType_ = heartbeatType_.view() == kDefaultType;
  }

  // A new chunk begins. `comments`: the heartbeats among the receiver's comments so far.
  void begin(std::size_t comments);
  // An event of the chunk. Notices of the server's count as nothing.
  [[gnu::noinline]] void add(const ParsedItem& event);
  // Events of a stream that names no types need no look at one: whether it is such an event, and so many of them.
  [[nodiscard, gnu::always_inline]] bool isPlain(const ParsedItem& event) const {
    return event.type.data() == kDefaultType.data() && !isDefaultType_;
  }
  void addPlain(unsigned events) { events_ += events; }

  // `comments`: as for begin(), behind the chunk.
  [[nodiscard]] unsigned heartbeats(std::size_t comments) const {
    return static_cast<unsigned>(comments - commentsBefore_) + heartbeatEvents_;
  }
  // Of those, the ones that were events: their data may say when they were sent.
  [[nodiscard]] unsigned heartbeatEvents() const { return heartbeatEvents_; }
  [[nodiscard]] unsigned events() const { return events_; }

 private:
  ByteBuffer heartbeatType_;
  bool isDefaultType_ = false;  // the heartbeats'
  std::size_t commentsBefore_ = 0;
  unsigned heartbeatEvents_ = 0;
  unsigned events_ = 0;
};

}  // namespace millrace
