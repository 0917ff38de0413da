#include "io/store/stored_segment.hpp"

#include "io/store/varint.hpp"

#include <algorithm>

namespace millrace {
namespace {

// What the table has of an event: the difference of its sequence to the one before, the flags, how many bytes its block has, the
// difference of its time to that of the one before, and what the flags say.
namespace flag {
constexpr std::uint8_t kHasLabel = 1;
constexpr std::uint8_t kSameLabel = 2;  // as the event before
constexpr std::uint8_t kHasKey = 4;
constexpr std::uint8_t kSameKey = 8;
constexpr std::uint8_t kExpires = 16;  // the difference to its time
}  // namespace flag

// Unsigned, so that any two have a difference.
std::uint64_t countOf(UnixTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }
UnixTime timeOf(std::uint64_t count) { return UnixTime(Millis{static_cast<Millis::rep>(count)}); }

std::uint8_t textFlag(std::string_view text, std::string_view before, std::uint8_t has, std::uint8_t same) {
  if (text.empty()) {
    return 0;
  }
  return text == before ? same : has;
}

void appendText(std::string_view text, std::string& table, std::string& before) {
  appendVarint(text.size(), table);
  table.append(text);
  before = text;
}

// Goes through a table, event by event.
class TableReader {
 public:
  TableReader(std::uint64_t after, std::string_view blob) : reader_(blob), sequence_(after) {}

  // How many bytes the event's block has. False: there is no such event.
  [[nodiscard]] bool next(StoredEvent& event, std::uint64_t& bytes) {
    const std::uint64_t step = reader_.varint();
    const std::uint8_t flags = reader_.byte();
    bytes = reader_.varint();
    at_ += reader_.difference();
    if (step == 0 || sequence_ + step < sequence_) {
      return false;
    }
    event.sequence = sequence_ += step;
    event.at = timeOf(at_);
    event.expires = (flags & flag::kExpires) != 0 ? timeOf(at_ + reader_.difference()) : kForever;
    event.label = text(flags, flag::kHasLabel, flag::kSameLabel, label_);
    event.conflateKey = text(flags, flag::kHasKey, flag::kSameKey, conflateKey_);
    return reader_.isSound();
  }
  [[nodiscard]] std::string_view rest() const { return reader_.rest(); }

 private:
  std::string_view text(std::uint8_t flags, std::uint8_t has, std::uint8_t same, std::string_view& before) {
    if ((flags & has) != 0) {
      return before = reader_.bytes(reader_.varint());
    }
    return (flags & same) != 0 ? before : std::string_view{};
  }

  VarintReader reader_;
  std::uint64_t sequence_;
  std::uint64_t at_ = 0;
  std::string_view label_;
  std::string_view conflateKey_;
};

}  // namespace

void SegmentBuilder::begin(std::uint64_t after) {
  head_ = {};
  head_.after = head_.last = after;
  table_.clear();
  bytes_.clear();
  label_.clear();
  conflateKey_.clear();
}

void SegmentBuilder::add(const StoredEvent& event) {
  const bool isFirst = isEmpty();
  const std::uint64_t at = countOf(event.at);
  const std::uint8_t label = textFlag(event.label, label_, flag::kHasLabel, flag::kSameLabel);
  const std::uint8_t key = textFlag(event.conflateKey, conflateKey_, flag::kHasKey, flag::kSameKey);
  const std::uint8_t expires = event.expires == kForever ? 0 : flag::kExpires;
  appendVarint(event.sequence - head_.last, table_);
  table_.push_back(static_cast<char>(label | key | expires));
  appendVarint(event.bytes.size(), table_);
  appendDifference(at - (isFirst ? 0 : before_), table_);
  if (expires != 0) {
    appendDifference(countOf(event.expires) - at, table_);
  }
  if (label == flag::kHasLabel) {
    appendText(event.label, table_, label_);
  }
  if (key == flag::kHasKey) {
    appendText(event.conflateKey, table_, conflateKey_);
  }
  bytes_.append(event.bytes);
  before_ = at;

  head_.first = isFirst ? event.sequence : head_.first;
  head_.last = event.sequence;
  head_.events += 1;
  head_.bytes += event.bytes.size();
  head_.oldest = isFirst ? event.at : std::min(head_.oldest, event.at);
  head_.latest = isFirst ? event.at : std::max(head_.latest, event.at);
}

bool appendEvents(const SegmentHead& head, std::string_view blob, std::vector<StoredEvent>& events) {
  const std::size_t before = events.size();
  const auto fail = [&] {
    events.resize(before);
    return false;
  };
  // Every event takes at least four bytes of the table.
  if (head.events == 0 || head.events > blob.size()) {
    return fail();
  }
  TableReader table(head.after, blob);
  std::vector<std::uint64_t> sizes;
  sizes.reserve(static_cast<std::size_t>(head.events));
  for (std::uint64_t event = 0; event < head.events; ++event) {
    if (!table.next(events.emplace_back(), sizes.emplace_back())) {
      return fail();
    }
  }
  if (events[before].sequence != head.first || events.back().sequence != head.last) {
    return fail();
  }
  VarintReader bytes(table.rest());
  for (std::size_t event = 0; event < sizes.size(); ++event) {
    events[before + event].bytes = bytes.bytes(sizes[event]);
  }
  return bytes.isSound() && bytes.rest().empty() && table.rest().size() == head.bytes ? true : fail();
}

}  // namespace millrace
