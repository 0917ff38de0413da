#include "core/support/stream.hpp"

#include "core/support/text.hpp"

namespace millrace::test {

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  for (const OwnedItem& item : outcome.items) {
    out << item << "; ";
  }
  return out << "last event ID \"" << outcome.lastEventId << '"';
}

Outcome feedAll(Receiver& receiver, const std::vector<std::string_view>& chunks) {
  Outcome outcome;
  for (const std::string_view chunk : chunks) {
    feedAndSpoil(receiver, chunk, outcome.items);
  }
  for (OwnedItem& item : outcome.items) {
    for (std::string* text : {&item.type, &item.data, &item.lastEventId}) {
      *text = replaceInvalidUtf8(*text);
    }
  }
  outcome.lastEventId = replaceInvalidUtf8(receiver.lastEventId());
  return outcome;
}

Outcome feedAll(const ReceiverOptions& options, const std::vector<std::string_view>& chunks) {
  Receiver receiver(options);
  return feedAll(receiver, chunks);
}

OwnedItems parse(std::string_view stream) {
  ReceiverOptions options;
  options.dedup = 0;
  return feedAll(options, {stream}).items;
}

std::vector<std::size_t> cutsOf(std::string_view input) {
  constexpr std::size_t kEveryCutBytes = 4096;
  constexpr std::size_t kLongCutStep = 97;
  const std::size_t step = input.size() <= kEveryCutBytes ? 1 : kLongCutStep;
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut <= input.size(); cut += step) {
    cuts.push_back(cut);
  }
  return cuts;
}

}  // namespace millrace::test
