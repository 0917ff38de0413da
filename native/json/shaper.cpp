#include "json/shaper.hpp"

#include "json/masked_key.hpp"
#include "json/truncate.hpp"

#include <utility>

namespace millrace {

Shaper::Shaper(const ContentRules& rules, std::shared_ptr<ContentCounts> counts)
    : rules_(rules),
      redactor_(rules.redaction ? std::optional<Redactor>(std::in_place, *rules.redaction) : std::nullopt),
      counts_(std::move(counts)) {}

// What is refused for its size is not searched for secrets, and what is cut is searched before: half of one shows nothing of it.
std::optional<std::string> Shaper::shape(std::string_view data, TextKind kind) const {
  if (data.size() > rules_.maxBytes && rules_.oversize != Oversize::truncate) {
    return std::nullopt;
  }
  std::optional<std::string> shaped;
  if (redactor_) {
    if (std::optional<Redactor::Result> result = redactor_->redact(data, kind)) {
      shaped = std::move(result->text);
      ++counts_->redacted;
    }
  }
  const std::string_view now = shaped ? std::string_view(*shaped) : data;
  if (now.size() > rules_.maxBytes && rules_.oversize == Oversize::truncate) {
    shaped =
        kind == TextKind::json ? truncateJson(now, rules_.maxBytes, rules_.keep) : truncateText(now, rules_.maxBytes);
    ++counts_->truncated;
  }
  return shaped;
}

std::optional<std::string> Shaper::whole(std::string_view data, TextKind kind) const {
  if (data.size() <= rules_.maxBytes || rules_.oversize != Oversize::reference) {
    return std::nullopt;
  }
  ++counts_->referenced;
  if (redactor_) {
    if (std::optional<Redactor::Result> result = redactor_->redact(data, kind)) {
      ++counts_->redacted;
      return std::move(result->text);
    }
  }
  return std::string(data);
}

std::string Shaper::mergeKey(std::string_view type, std::string_view data) const {
  return rules_.mergeFields.empty() ? "" : maskedKey(type, data, rules_.mergeFields);
}

}  // namespace millrace
