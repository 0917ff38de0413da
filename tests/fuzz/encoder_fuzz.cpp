// What the encoder writes, the parser reads again; and an id that is accepted is written as it was read.
#include "core/identity/event_id.hpp"
#include "core/wire/encoder.hpp"
#include "fuzz/feed.hpp"
#include "fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::test {
namespace {

constexpr char kSeparator = '\x1F';

// The part of the input up to the next separator.
std::string_view cutOff(std::string_view& input) {
  const std::size_t end = std::min(input.find(kSeparator), input.size());
  const std::string_view part = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return part;
}

// CRLF and CR become LF, for the stream knows nothing else.
std::string withLineFeeds(std::string_view data) {
  std::string text;
  for (std::size_t at = 0; at < data.size(); ++at) {
    const bool isCrlf = data[at] == '\r' && at + 1 < data.size() && data[at + 1] == '\n';
    at += isCrlf ? 1 : 0;
    text.push_back(data[at] == '\r' ? '\n' : data[at]);
  }
  return text;
}

void roundTrip(const EventFields& fields) {
  std::string stream;
  const EncodeOutcome outcome = encodeEvent(fields, stream);
  if (outcome != EncodeOutcome::encoded) {
    require(stream.empty(), "a refused event, and nothing");
    return;
  }
  Receiver receiver;
  OwnedItems items;
  feedAndSpoil(receiver, stream, items);
  std::erase_if(items, [](const OwnedItem& item) { return item.error == "INVALID_UTF8"; });
  OwnedItems expected;
  if (fields.retry) {
    expected.push_back(retryItem(*fields.retry));
  }
  if (fields.data || !fields.type.empty()) {
    const std::string_view type = fields.type.empty() ? "message" : fields.type;
    expected.push_back(eventItem(type, withLineFeeds(fields.data.value_or("")), fields.id.value_or("")));
  }
  require(items == expected, "an event, and what is read of its bytes");
  require(receiver.lastEventId() == fields.id.value_or(""), "the id, and the last event ID");
}

void ignoresComments(std::string_view text) {
  std::string stream;
  encodeComment(text, stream);
  Receiver receiver;
  OwnedItems items;
  feedAndSpoil(receiver, stream, items);
  require(items.empty() && receiver.lastEventId().empty(), "a comment, and nothing");
}

}  // namespace
}  // namespace millrace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using namespace millrace::test;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  ignoresComments(input);
  const std::size_t which = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  input.remove_prefix(input.empty() ? 0 : 1);
  EventFields fields;
  fields.type = cutOff(input);
  const std::string_view id = cutOff(input);
  fields.id = (which & 1U) != 0 ? std::optional(id) : std::nullopt;
  fields.retry = (which & 2U) != 0 ? std::optional(static_cast<std::uint32_t>(which * 16909320U)) : std::nullopt;
  fields.data = (which & 4U) != 0 ? std::optional(input) : std::nullopt;
  roundTrip(fields);
  if (const auto eventId = parseEventId(id)) {
    require(formatEventId(*eventId) == id, "an id, and itself");
  }
  return 0;
}
