#include "core/flow/flow_event.hpp"

#include <utility>

namespace millrace {
namespace {

std::optional<std::string> copyOf(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::size_t sizeOf(const std::optional<std::string>& text) { return text ? text->size() : 0; }

}  // namespace

HeldEvent::HeldEvent(const FlowEvent& event)
    : type_(event.fields.type),
      id_(copyOf(event.fields.id)),
      data_(copyOf(event.fields.data)),
      conflateKey_(event.conflateKey),
      label_(event.label),
      retry_(event.fields.retry),
      expires_(event.expires),
      at_(event.at),
      isRaw_(event.fields.isRaw) {}

FlowEvent HeldEvent::view() const {
  FlowEvent event;
  event.fields.type = type_;
  event.fields.id = id_;
  event.fields.data = data_;
  event.fields.retry = retry_;
  event.fields.isRaw = isRaw_;
  event.conflateKey = conflateKey_;
  event.label = label_;
  event.expires = expires_;
  event.at = at_;
  return event;
}

void HeldEvent::addTally(const MergeTally& tally) {
  if (data_ && !isRaw_) {
    data_ = withTally(*data_, tally).value_or(std::move(*data_));
  }
}

std::size_t HeldEvent::bytes() const {
  return sizeof(HeldEvent) + type_.size() + sizeOf(id_) + sizeOf(data_) + conflateKey_.size() + label_.size();
}

}  // namespace millrace
