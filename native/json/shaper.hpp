#pragma once

#include "json/record_rules.hpp"
#include "json/redaction_rules.hpp"
#include "json/redactor.hpp"
#include "json/text_kind.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class Oversize : std::uint8_t {
  refuse,
  truncate,
  reference,  // it is kept elsewhere, and the event names it; see Shaper::whole()
};

// What a channel's events may carry.
struct ContentRules {
  std::size_t maxBytes = std::size_t{1024} * 1024;  // of an event's data, in UTF-8
  Oversize oversize = Oversize::refuse;
  std::vector<std::string> keep;            // members that truncating leaves whole, if that is possible
  std::optional<RedactionRules> redaction;  // none: nothing is redacted
  std::vector<std::string> mergeFields;     // see maskedKey()
  RecordRules records;                      // what the data must be
  // Members are added when an event leaves (ChannelPolicy::stamp, and what merging adds), of so many bytes at most: what is truncated has
  // room for them. 0: none.
  std::size_t addedBytes = 0;

  // Nothing is to be done but what the core does by itself.
  [[nodiscard]] bool areNone() const {
    return oversize == Oversize::refuse && !redaction.has_value() && mergeFields.empty() && records.areNone() &&
           addedBytes == 0;
  }
};

// How many events were changed. Thread-safe.
struct ContentCounts {
  std::atomic<std::uint64_t> redacted = 0;
  std::atomic<std::uint64_t> truncated = 0;
  std::atomic<std::uint64_t> referenced = 0;
};

// What was done to the data of an event. It is counted once the event was accepted.
struct ContentChange {
  bool isRedacted = false;
  bool isTruncated = false;
  bool isReferenced = false;
};

struct ShapedData {
  std::string text;
  ContentChange change;
};

// Brings the data of events into the shape that a policy demands, before they are numbered. Thread-safe.
class Shaper {
 public:
  Shaper(const ContentRules& rules, std::shared_ptr<ContentCounts> counts);

  // Why the event is none that its channel takes; none: it is one.
  [[nodiscard]] std::optional<RecordFault> faultOf(std::string_view type, std::string_view data, TextKind kind) const {
    return rules_.records.faultOf(type, data, kind);
  }
  // The data in its shape; none where it stays as it is. Data that is still too large is for the core to refuse.
  [[nodiscard]] std::optional<ShapedData> shape(std::string_view data, TextKind kind) const;
  // The data of an event that is too large, redacted, where it is to be kept elsewhere; none: it is not.
  [[nodiscard]] std::optional<ShapedData> whole(std::string_view data, TextKind kind) const;
  void count(const ContentChange& change) const;
  // For events without a merge key of their own; empty: they have none.
  [[nodiscard]] std::string mergeKey(std::string_view type, std::string_view data) const;

 private:
  [[nodiscard]] std::optional<ShapedData> redacted(std::string_view data, TextKind kind) const;

  const ContentRules rules_;
  const std::optional<Redactor> redactor_;
  const std::shared_ptr<ContentCounts> counts_;
};

}  // namespace millrace
