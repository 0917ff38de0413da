#include "core/hub/idempotency_keys.hpp"

#include "core/base/text_fields.hpp"

#include <utility>

namespace millrace {

const Receipt* IdempotencyKeys::find(std::string_view channel, std::string_view key, Instant now) {
  const auto keys = channels_.find(channel);
  if (keys == channels_.end()) {
    return nullptr;
  }
  const auto found = keys->second.find(key);
  const bool isThere = found != keys->second.end() && now < found->second.at + options_.idempotency.ttl;
  return isThere ? &found->second.receipt : nullptr;
}

void IdempotencyKeys::remember(std::string_view channel, std::string_view key, const Receipt& receipt, Instant at) {
  const IdempotencyOptions& limits = options_.idempotency;
  while (!order_.empty() && (order_.size() >= limits.keys || order_.front().at + limits.ttl <= at)) {
    forgetOldest();
  }
  if (limits.keys == 0) {
    return;
  }
  channels_[std::string(channel)].insert_or_assign(std::string(key), Remembered{receipt, at});
  order_.push_back({std::string(channel), std::string(key), at});
}

void IdempotencyKeys::forgetOldest() {
  const Place oldest = std::move(order_.front());
  order_.pop_front();
  const auto keys = channels_.find(oldest.channel);
  if (keys == channels_.end()) {
    return;
  }
  const auto found = keys->second.find(oldest.key);
  if (found != keys->second.end() && found->second.at == oldest.at) {
    keys->second.erase(found);
  }
  if (keys->second.empty()) {
    channels_.erase(keys);
  }
}

void IdempotencyKeys::forget(std::string_view channel) {
  if (const auto keys = channels_.find(channel); keys != channels_.end()) {
    channels_.erase(keys);
  }
  std::erase_if(order_, [channel](const Place& place) { return place.channel == channel; });
  noteRead(channel);
}

std::string encodeKey(std::string_view key, const Receipt& receipt) {
  std::string entry;
  appendNumber(receipt.sequence, entry);
  appendNumber(receipt.recipients, entry);
  appendText(key, entry);
  return entry.append(receipt.id);
}

std::optional<StoredKey> decodeKey(std::string_view entry) {
  TextFields fields(entry);
  StoredKey stored;
  stored.receipt.sequence = fields.number();
  stored.receipt.recipients = static_cast<std::size_t>(fields.number());
  stored.key = fields.text();
  stored.receipt.id = fields.rest();
  stored.receipt.isDurable = true;
  return fields.isRight() ? std::optional(std::move(stored)) : std::nullopt;
}

}  // namespace millrace
