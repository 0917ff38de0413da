#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// Counts events as fast as memory is read, for bursts of gigabytes a second: an event is a line that begins with "d", that
// is `data:`, and it counts once an empty line has followed. Each event of the bench has one such line, which EventVerifier
// checks on some of the connections. Comments, blocks with an id only and heartbeats have none. Millrace's notice of a
// stream's beginning has one, and is none of the events that were published.
class EventCounter {
 public:
  void feed(std::string_view bytes);

  [[nodiscard]] std::uint64_t events() const {
    const bool isOpen = last_ != '\n' || beforeLast_ != '\n';
    const std::uint64_t others = (isOpen ? 1 : 0) + (hasNotice_ ? 1 : 0);
    return dataLines_ > others ? dataLines_ - others : 0;
  }

 private:
  std::uint64_t dataLines_ = 0;
  std::string beginning_;  // as far as a notice may stand in it
  bool hasNotice_ = false;
  char beforeLast_ = '\n';  // a stream begins as if an empty line were before it
  char last_ = '\n';
};

}  // namespace bench
