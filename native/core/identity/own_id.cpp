#include "core/identity/own_id.hpp"

#include "core/identity/event_id.hpp"

#include <algorithm>

namespace millrace {

IdFault faultOf(std::string_view id) {
  constexpr unsigned char kFirstPrintable = 0x20;
  constexpr unsigned char kDelete = 0x7f;
  const auto isControl = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < kFirstPrintable || byte == kDelete;
  };
  if (id.empty()) {
    return IdFault::empty;
  }
  if (id.size() > kMostIdBytes) {
    return IdFault::tooLong;
  }
  if (std::any_of(id.begin(), id.end(), isControl)) {
    return IdFault::control;
  }
  if (id.front() == ' ' || id.back() == ' ') {
    return IdFault::outerSpace;
  }
  return parseEventId(id) ? IdFault::reserved : IdFault::none;
}

}  // namespace millrace
