#include "core/hub/channel_states.hpp"

#include "core/hub/channel_ends.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/publisher.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/stored_channels.hpp"

#include <utility>

namespace millrace {

WriteOutcome ChannelStates::set(std::string_view key, std::shared_ptr<StateSource> state, std::string_view change,
                                Instant now) {
  Channel* channel = nullptr;
  const WriteOutcome outcome = parts_.publisher.use(key, now, channel);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  if (channel->state == nullptr) {
    channel->state = std::make_unique<ChannelState>();
  }
  ChannelState& held = *channel->state;
  held.source = std::move(state);
  if (!parts_.durable.isOpen() || channel->policy().durability == Durability::memory) {
    held.through = parts_.sequence.newest();
    return outcome;
  }
  StoreJournals& journals = parts_.durable.journals();
  const std::string name = journalName(JournalKind::document, key);
  const bool isWholeDue = change.empty() || journals.isWholeDue(name, channel->policy().stored.ttl / 2, now);
  const std::string whole = isWholeDue ? held.source->whole() : "";
  held.unstored = journals.append(name, isWholeDue ? JournalStep::whole : JournalStep::change,
                                  isWholeDue ? whole : change, isHeld(key), now);
  if (isHeld(key)) {
    held.source->hold(held.unstored);
  } else {
    held.through = held.unstored;
  }
  return outcome;
}

void ChannelStates::clear(std::string_view key, Instant now) {
  const bool isThere = of(key) != nullptr || isCold(key);
  if (Channel* const channel = parts_.registry.findChannel(key)) {
    channel->state.reset();
  }
  if (isThere && parts_.durable.isOpen()) {
    const std::string name = journalName(JournalKind::document, key);
    static_cast<void>(parts_.durable.journals().append(name, JournalStep::whole, "", false, now));
  }
}

std::shared_ptr<StateSource> ChannelStates::of(std::string_view key) const {
  const Channel* const channel = parts_.registry.findChannel(key);
  return channel == nullptr || channel->state == nullptr ? nullptr : channel->state->source;
}

bool ChannelStates::isHeld(std::string_view key) const { return parts_.durable.isHeld(key); }

bool ChannelStates::isCold(std::string_view key) const {
  const std::string name = journalName(JournalKind::document, key);
  return parts_.durable.hasStored(name) && of(key) == nullptr && !parts_.durable.journals().isBlank(name);
}

void ChannelStates::restore(std::string_view key, std::shared_ptr<StateSource> state, std::uint64_t through,
                            const JournalSize& size, Instant now) {
  Channel* channel = nullptr;
  if (!isCold(key)) {
    return;  // another thread was faster
  }
  if (state != nullptr && parts_.publisher.use(key, now, channel) != WriteOutcome::written) {
    return;  // there is no room for the channel
  }
  parts_.durable.journals().noteRead(journalName(JournalKind::document, key), size);
  if (channel != nullptr) {
    channel->state = std::make_unique<ChannelState>();
    channel->state->source = std::move(state);
    channel->state->through = through;
  }
}

std::vector<std::string> ChannelStates::keys(std::string_view prefix) const {
  std::vector<std::string> keys;
  for (const Channel* const channel : parts_.registry.allChannels()) {
    if (channel->state != nullptr && channel->key.starts_with(prefix)) {
      keys.push_back(channel->key);
    }
  }
  parts_.stored.forEach([&](const std::string& name, const StoredLog&) {
    const bool isDocument = isJournal(name) && kindOf(name) == JournalKind::document;
    if (isDocument && aboutOf(name).starts_with(prefix) && isCold(aboutOf(name))) {
      keys.emplace_back(aboutOf(name));
    }
  });
  return keys;
}

WriteOutcome ChannelStates::close(std::string_view key, Instant now) { return parts_.ends.close(key, now); }

}  // namespace millrace
