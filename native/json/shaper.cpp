#include "json/shaper.hpp"

#include "json/masked_key.hpp"
#include "json/truncate.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

Shaper::Shaper(const ContentRules& rules, std::shared_ptr<ContentCounts> counts)
    : rules_(rules),
      redactor_(rules.redaction ? std::optional<Redactor>(std::in_place, *rules.redaction) : std::nullopt),
      counts_(std::move(counts)) {}

// What is refused for its size is not searched for secrets, and what is cut is searched before: half of one shows nothing of it.
std::optional<ShapedData> Shaper::shape(std::string_view data, TextKind kind) const {
  if (data.size() > rules_.maxBytes && rules_.oversize != Oversize::truncate) {
    return std::nullopt;
  }
  std::optional<ShapedData> shaped = redacted(data, kind);
  const std::string_view now = shaped ? std::string_view(shaped->text) : data;
  constexpr std::size_t kLeast = 64;  // truncateJson() needs them
  const std::size_t added = kind == TextKind::json ? rules_.addedBytes : 0;
  const std::size_t mostBytes = rules_.maxBytes - std::min(added, rules_.maxBytes - std::min(kLeast, rules_.maxBytes));
  if (now.size() > mostBytes && rules_.oversize == Oversize::truncate) {
    std::string cut = kind == TextKind::json ? truncateJson(now, mostBytes, rules_.keep) : truncateText(now, mostBytes);
    shaped = ShapedData{std::move(cut), {.isRedacted = shaped.has_value(), .isTruncated = true}};
  }
  return shaped;
}

std::optional<ShapedData> Shaper::whole(std::string_view data, TextKind kind) const {
  if (rules_.oversize != Oversize::reference) {
    return std::nullopt;
  }
  ShapedData shaped = redacted(data, kind).value_or(ShapedData{std::string(data), {}});
  shaped.change.isReferenced = true;
  return shaped;
}

// None where nothing is secret.
std::optional<ShapedData> Shaper::redacted(std::string_view data, TextKind kind) const {
  std::optional<Redactor::Result> result = redactor_ ? redactor_->redact(data, kind) : std::nullopt;
  if (!result) {
    return std::nullopt;
  }
  return ShapedData{std::move(result->text), {.isRedacted = true}};
}

void Shaper::count(const ContentChange& change) const {
  counts_->redacted += change.isRedacted ? 1 : 0;
  counts_->truncated += change.isTruncated ? 1 : 0;
  counts_->referenced += change.isReferenced ? 1 : 0;
}

std::string Shaper::mergeKey(std::string_view type, std::string_view data) const {
  return rules_.mergeFields.empty() ? "" : maskedKey(type, data, rules_.mergeFields);
}

}  // namespace millrace
