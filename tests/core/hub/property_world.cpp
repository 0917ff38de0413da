#include "core/hub/property_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace millrace::test {

World::World(Random& random) : random_(random) {
  options_.history.events = 1 + random_.below(40);
  options_.history.ttl = Millis(60000);
  options_.channelTtl = Millis(120000);
  options_.sweepEvery = Millis(10000);
  options_.lagGrace = Millis(random_.chance(50) ? random_.below(3000) : 0);
  options_.inboxBytes = random_.chance(30) ? 2000 : options_.inboxBytes;
  if (random_.chance(40)) {
    PolicySettings held;
    held.durability = Durability::always;
    PolicySettings later;
    later.durability = Durability::batch;
    const std::string first(kKeys[0]);
    const std::string second(kKeys[1]);
    options_.policies = {{first, first, held}, {second, second, random_.chance(50) ? held : later}};
  }
  restart();
}

void World::restart() {
  ++epoch_;
  head_ = 0;
  channels_ = {};
  storing_.clear();
  store_ = std::make_unique<FlakyLogStore>([this] { return !isStoreUp_; });
  turns_.reset();
  hub_ = std::make_unique<Hub>(epoch_, options_);
  turns_ = std::make_unique<TestTurns>(*hub_);
}

void World::publish() {
  Published event;
  event.epoch = epoch_;
  event.channel = random_.below(kChannels);
  event.type = kTypes[random_.below(kTypes.size())];
  event.label = kLabels[random_.below(kLabels.size())];
  event.at = now_;
  const std::string data = "number " + std::to_string(++events_) + std::string(random_.below(3), '\n');
  EventFields fields;
  fields.type = event.type;
  fields.data = data;
  if (random_.chance(10)) {
    event.id = "order-" + std::to_string(events_);
    fields.id = event.id;
  }
  PublishOptions options;
  options.label = event.label;
  if (random_.chance(10)) {
    event.conflateKey = random_.chance(50) ? "price" : "size";
    options.conflateKey = event.conflateKey;
  }
  if (random_.chance(10)) {
    options.ttl = Millis(1 + random_.below(5000));
    event.expires = now_ + options.ttl;
  }
  Receipt receipt;
  const WriteOutcome outcome = hub_->publish(kKeys[event.channel], fields, options, now_, receipt);
  if (outcome == WriteOutcome::overloaded) {
    return;
  }
  ASSERT_EQ(outcome, WriteOutcome::written);
  head_ = hub_->turns().deflates().newest();
  event.sequence = head_;
  event.id = receipt.id;
  byId_.emplace(event.id, event);
  channels_[event.channel].push_back(std::move(event));
}

void World::sendTo(SubscriberId id) {
  EventFields fields;
  fields.data = "private";
  Receipt receipt;
  static_cast<void>(hub_->send(id, fields, now_, receipt));  // the connection may be gone
}

void World::storeSome() {
  if (storing_.empty()) {
    storing_ = hub_->stores().jobs(1 + random_.below(5));
    return;
  }
  isStoreUp_ = random_.chance(80);
  std::vector<StoreEntry> entries;
  for (const StoreJob& job : storing_) {
    entries.push_back({job.channel, job.sequence, job.bytes, job.typeHash});
  }
  const StoreOutcome outcome = store_->append(entries);
  isStoreUp_ = true;
  for (const StoreJob& job : outcome == StoreOutcome::failed ? storing_ : std::vector<StoreJob>{}) {
    for (auto& [id, event] : byId_) {
      if (event.epoch == epoch_ && event.sequence == job.sequence) {
        const auto channel =
            static_cast<std::size_t>(std::find(kKeys.begin(), kKeys.end(), job.channel) - kKeys.begin());
        event.isRefused = options_.policies[channel].settings.durability == Durability::always;
        for (Published& published : channels_[event.channel]) {
          published.isRefused = published.isRefused || (published.sequence == job.sequence && event.isRefused);
        }
      }
    }
  }
  hub_->stores().finish(outcome, now_);
  storing_.clear();
}

void World::storeAll() {
  while (!hub_->stores().isEmpty()) {
    storeSome();
  }
}

void World::checkStore() {
  for (std::size_t channel = 0; channel < options_.policies.size(); ++channel) {
    if (options_.policies[channel].settings.durability != Durability::always) {
      continue;
    }
    std::vector<std::uint64_t> accepted;
    for (const Published& event : channels_[channel]) {
      if (!event.isRefused) {
        accepted.push_back(event.sequence);
      }
    }
    std::vector<std::uint64_t> stored;
    for (StorePage page{StoreOutcome::done, {}, true}; page.hasMore;) {
      page = store_->read(kKeys[channel], stored.empty() ? 0 : stored.back(), 100);
      for (const StoredEvent& event : page.events) {
        stored.push_back(event.sequence);
      }
    }
    EXPECT_EQ(stored, accepted) << kKeys[channel];
  }
}

std::string World::readAll(SubscriberId id) {
  Spans spans;
  turns_->read(id, now_, {}, spans);
  std::string bytes;
  for (const std::string_view span : spans.bytes) {
    bytes.append(span);
  }
  turns_->taken(id, now_);
  return bytes;
}

Turn World::beginTurn(OwnerId owner) {
  Turn turn;
  turns_->begin(owner);
  while (turns_->collect(owner, 1 + random_.below(10), now_, turn)) {
  }
  return turn;
}

void World::pass(Millis time) {
  now_ += time;
  hub_->tick(now_);
}

const Published* World::find(const std::string& id) const {
  const auto found = byId_.find(id);
  return found == byId_.end() ? nullptr : &found->second;
}

std::uint64_t World::firstKept(std::size_t channel) const {
  const std::vector<Published>& events = channels_.at(channel);
  std::uint64_t first = head_ + 1;
  for (std::size_t newer = 0; newer < std::min(events.size(), options_.history.events); ++newer) {
    const Published& event = events[events.size() - 1 - newer];
    if (event.at + options_.history.ttl < now_) {
      break;
    }
    first = event.sequence;
  }
  return first;
}

bool World::isReplaced(const Published& event) const {
  if (event.expires <= now_) {
    return true;
  }
  const std::vector<Published>& events = channels_.at(event.channel);
  return !event.conflateKey.empty() && std::any_of(events.begin(), events.end(), [&](const Published& other) {
    return other.sequence > event.sequence && other.conflateKey == event.conflateKey && !other.isRefused;
  });
}

}  // namespace millrace::test
