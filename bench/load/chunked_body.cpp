#include "load/chunked_body.hpp"

namespace bench {
namespace {

// -1: not a hexadecimal digit.
int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  const int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedBody::State ChunkedBody::framing(std::string_view& bytes) {
  while (!bytes.empty() && at_ != At::data) {
    const char c = bytes.front();
    bytes.remove_prefix(1);
    switch (at_) {
      case At::size:
        if (const int value = digit(c); value >= 0) {
          if (++digits_ > 15)
            return State::broken;
          left_ = left_ * 16 + static_cast<std::size_t>(value);
          break;
        }
        if (digits_ == 0)
          return State::broken;
        at_ = At::extension;
        [[fallthrough]];
      case At::extension:
        if (c != '\n')
          break;
        at_ = left_ == 0 ? At::trailer : At::data;
        digits_ = trailer_ = 0;
        break;
      case At::lineFeedOfData:
        if (c == '\n')
          at_ = At::size;
        else if (c != '\r')
          return State::broken;
        break;
      case At::trailer:
        if (c == '\n' && trailer_ == 0)
          return State::ended;
        trailer_ = c == '\n' ? 0 : trailer_ + (c == '\r' ? 0 : 1);
        break;
      case At::data:
        break;
    }
  }
  return State::open;
}

}  // namespace bench
