#pragma once

#include "core/wire/parser.hpp"

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace millrace::test {

// A ParsedItem that lives on: its texts are its own.
struct OwnedItem {
  ParsedItem::Kind kind = ParsedItem::Kind::event;
  std::string type;
  std::string data;
  std::string lastEventId;
  bool isRaw = false;
  std::uint32_t retry = 0;
  std::string error;  // the code's name
  std::size_t limit = 0;

  friend bool operator==(const OwnedItem&, const OwnedItem&) = default;

  friend std::ostream& operator<<(std::ostream& out, const OwnedItem& item) {
    switch (item.kind) {
      case ParsedItem::Kind::event:
        return out << (item.isRaw ? "raw event(" : "event(") << item.type << ", \"" << item.data << "\", id "
                   << item.lastEventId << ")";
      case ParsedItem::Kind::retry:
        return out << "retry(" << item.retry << ")";
      case ParsedItem::Kind::error:
        return out << item.error << "(" << item.limit << ")";
    }
    return out;
  }
};

inline OwnedItem eventItem(std::string_view type, std::string_view data, std::string_view lastEventId) {
  OwnedItem item;
  item.type = type;
  item.data = data;
  item.lastEventId = lastEventId;
  return item;
}

inline OwnedItem retryItem(std::uint32_t milliseconds) {
  OwnedItem item;
  item.kind = ParsedItem::Kind::retry;
  item.retry = milliseconds;
  return item;
}

inline OwnedItem errorItem(std::string_view code, std::size_t limit) {
  OwnedItem item;
  item.kind = ParsedItem::Kind::error;
  item.error = code;
  item.limit = limit;
  return item;
}

inline OwnedItem own(const ParsedItem& item) {
  switch (item.kind) {
    case ParsedItem::Kind::event: {
      OwnedItem event = eventItem(item.type, item.data, item.lastEventId);
      event.isRaw = item.isRaw;
      return event;
    }
    case ParsedItem::Kind::retry:
      return retryItem(item.retry);
    case ParsedItem::Kind::error:
      return errorItem(codeName(item.error), item.limit);
  }
  return {};
}

}  // namespace millrace::test
