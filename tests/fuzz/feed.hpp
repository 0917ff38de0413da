#pragma once

#include "core/session/receiver.hpp"
#include "fuzz/owned_item.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

using OwnedItems = std::vector<OwnedItem>;

inline void feedAt(char* place, Receiver& receiver, std::string_view bytes, OwnedItems& items) {
  bytes.copy(place, bytes.size());
  receiver.begin({place, bytes.size()});
  while (const ParsedItem* const item = receiver.next()) {
    if (hasInvalidUtf8(*item)) {
      items.push_back(errorItem(codeName(ErrorCode::invalidUtf8), 0));
    }
    items.push_back(own(*item));
  }
}

// Feeds a copy of exactly this size, and overwrites it afterwards: a receiver keeps nothing of a chunk it was given, and
// the address sanitizer sees each step beyond its ends.
inline void feedAndSpoil(Receiver& receiver, std::string_view bytes, OwnedItems& items) {
  const std::unique_ptr<char[]> chunk(new char[bytes.size()]);
  feedAt(chunk.get(), receiver, bytes, items);
  std::fill_n(chunk.get(), bytes.size(), '\xFF');
}

// As the module in the browser does it.
inline void feedBehindLine(Receiver& receiver, std::string_view bytes, OwnedItems& items) {
  if (char* const room = receiver.roomBehindLine(bytes.size()); room != nullptr) {
    feedAt(room, receiver, bytes, items);
  } else {
    feedAndSpoil(receiver, bytes, items);
  }
}

}  // namespace millrace::test
