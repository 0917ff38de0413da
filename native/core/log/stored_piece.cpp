#include "core/log/stored_piece.hpp"

#include "core/base/hash.hpp"
#include "core/wire/event_type.hpp"
#include "core/wire/type_hash.hpp"

namespace millrace {

StoredPiece::StoredPiece(const StorePage& page, const WallClock& clock)
    : from_(page.from), through_(page.through), lostThrough_(page.lostThrough) {
  for (const StoredEvent& event : page.events) {
    LogEntry entry;
    entry.sequence = event.sequence;
    entry.bytes = event.bytes;
    entry.typeHash = typeHash(eventTypeOf(event.bytes));
    entry.labelHash = hashOrNone(event.label);
    entry.conflateHash = hashOrNone(event.conflateKey);
    entry.at = clock.instantOf(event.at);
    entry.expires = clock.instantOf(event.expires);
    log_.append(entry);
  }
  capacity_ = sizeof(StoredPiece) + log_.memory().blocks + log_.memory().entries;
}

}  // namespace millrace
