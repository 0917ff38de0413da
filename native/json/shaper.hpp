#pragma once

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

  // Nothing is to be done but what the core does by itself.
  [[nodiscard]] bool areNone() const {
    return oversize == Oversize::refuse && !redaction.has_value() && mergeFields.empty();
  }
};

// How many events were changed. Thread-safe.
struct ContentCounts {
  std::atomic<std::uint64_t> redacted = 0;
  std::atomic<std::uint64_t> truncated = 0;
  std::atomic<std::uint64_t> referenced = 0;
};

// Brings the data of events into the shape that a policy demands, before they are numbered. Thread-safe.
class Shaper {
 public:
  Shaper(const ContentRules& rules, std::shared_ptr<ContentCounts> counts);

  // The data in its shape; none where it stays as it is. Data that is still too large is for the core to refuse.
  [[nodiscard]] std::optional<std::string> shape(std::string_view data, TextKind kind) const;
  // Data that is too large, redacted, where it is to be kept elsewhere; none: it is not.
  [[nodiscard]] std::optional<std::string> whole(std::string_view data, TextKind kind) const;
  // For events without a merge key of their own; empty: they have none.
  [[nodiscard]] std::string mergeKey(std::string_view type, std::string_view data) const;

 private:
  const ContentRules rules_;
  const std::optional<Redactor> redactor_;
  const std::shared_ptr<ContentCounts> counts_;
};

}  // namespace millrace
