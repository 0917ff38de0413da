#pragma once

#include "json/shaper.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

// What a policy, or the hub's own options, say of the data of events. What is left out stays as it is.
struct ContentSettings {
  std::optional<std::size_t> maxBytes;
  std::optional<Oversize> oversize;
  std::optional<std::vector<std::string>> keep;
  std::optional<std::optional<RedactionRules>> redaction;
  std::optional<std::vector<std::string>> mergeFields;
  std::optional<RecordRules> records;
  std::optional<std::size_t> addedBytes;

  // What these leave out is as the others have it.
  [[nodiscard]] ContentSettings orElse(const ContentSettings& others) const {
    ContentSettings settings = *this;
    const auto fill = [](auto& own, const auto& other) { own = own.has_value() ? own : other; };
    fill(settings.maxBytes, others.maxBytes);
    fill(settings.oversize, others.oversize);
    fill(settings.keep, others.keep);
    fill(settings.redaction, others.redaction);
    fill(settings.mergeFields, others.mergeFields);
    fill(settings.records, others.records);
    fill(settings.addedBytes, others.addedBytes);
    return settings;
  }
  [[nodiscard]] ContentRules over(ContentRules rules) const {
    rules.maxBytes = maxBytes.value_or(rules.maxBytes);
    rules.oversize = oversize.value_or(rules.oversize);
    rules.keep = keep.value_or(rules.keep);
    rules.redaction = redaction.value_or(rules.redaction);
    rules.mergeFields = mergeFields.value_or(rules.mergeFields);
    rules.records = records.value_or(rules.records);
    rules.addedBytes = addedBytes.value_or(rules.addedBytes);
    return rules;
  }
};

}  // namespace millrace
