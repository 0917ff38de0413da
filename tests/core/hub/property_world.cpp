#include "core/hub/property_world.hpp"

#include "core/hub/store_adapter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

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
  turns_.reset();
  if (isDurable() && store_ != nullptr) {
    const StoreStart start = comeBack();
    hub_ = std::make_unique<Hub>(1, options_);
    hub_->durable().open(start);
    static_cast<void>(store_->append({}, hub_->durable().position()));
    head_ = lifeBegan_ = start.newest;
  } else {
    ++epoch_;
    head_ = lifeBegan_ = 0;
    channels_ = {};
    store_ = std::make_unique<FlakyLogStore>([this] { return !isStoreUp_; });
    hub_ = std::make_unique<Hub>(epoch_, options_);
    openStore();
  }
  storing_.reset();
  reading_.clear();
  turns_ = std::make_unique<TestTurns>(*hub_);
}

Durability World::durability(std::size_t channel) const {
  return channel < options_.policies.size() ? *options_.policies[channel].settings.durability : Durability::memory;
}

void World::openStore() {
  if (isDurable()) {
    StoreStart start;
    start.epoch = epoch_;
    start.clock = WallClock(now_, UnixTime(Millis(1000000)));
    hub_->durable().open(start);
    static_cast<void>(store_->append({}, hub_->durable().position()));
  }
}

// The process has died, in the middle of a commit perhaps: what is not stored is lost. How many numbers were given is known, or not.
StoreStart World::comeBack() {
  if (storing_ && random_.chance(50)) {
    isStoreUp_ = true;
    static_cast<void>(store());  // nobody was told
  }
  const StorePosition stored = store_->memory().position();
  StoreStart start;
  start.epoch = epoch_;
  start.clock = WallClock(now_, UnixTime(Millis(1000000 + random_.below(1000))));
  const std::uint64_t ahead = hub_->durable().queue().newestAhead();
  std::uint64_t newest = 0;
  for (const StoredChannel& channel : start.channels = store_->memory().channels()) {
    newest = std::max(newest, channel.newest);
  }
  if (random_.chance(70)) {
    start.newest = std::max(hub_->durable().newest(), stored.newest);
    start.lostThrough = ahead > newest ? ahead : stored.lostThrough;
  } else {
    start.newest = stored.reservedThrough + DurableLog::kSkipped;
    start.lostThrough = stored.mayBeBehind ? start.newest : stored.lostThrough;
  }
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    std::uint64_t through = start.newest;
    if (durability(channel) != Durability::memory) {
      through = start.lostThrough;
    }
    lostThrough_[channel] = std::max(lostThrough_[channel], through);
    if (durability(channel) == Durability::always) {
      refuseUnstored(channel);
    }
  }
  return start;
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
  readStore();
  if (!storing_) {
    if (hub_->durable().hasWork()) {
      storing_ = hub_->durable().work(1 + random_.below(5));
    }
    return;
  }
  isStoreUp_ = random_.chance(80);
  const StoreOutcome outcome = store();
  isStoreUp_ = true;
  if (outcome == StoreOutcome::failed) {
    noteRefused();
  }
  hub_->durable().finish(*storing_, outcome, now_);
  storing_.reset();
}

StoreOutcome World::store() { return doWork(*store_, *storing_, hub_->durable().clock()); }

// Under Durability::always nobody gets what could not be stored.
void World::noteRefused() {
  for (const StoreJob& job : storing_->entries) {
    const auto channel = static_cast<std::size_t>(std::find(kKeys.begin(), kKeys.end(), job.channel) - kKeys.begin());
    if (durability(channel) == Durability::always) {
      refuse(channel, job.sequence);
    }
  }
}

void World::refuse(std::size_t channel, std::uint64_t sequence) {
  for (Published& published : channels_.at(channel)) {
    if (published.sequence == sequence) {
      published.isRefused = byId_.at(published.id).isRefused = true;
    }
  }
}

// The process has died before the store had them: nobody was given them.
void World::refuseUnstored(std::size_t channel) {
  for (const Published& published : std::vector<Published>(channels_.at(channel))) {
    const StorePage page = store_->read(kKeys.at(channel), published.sequence - 1, 1);
    if (page.events.empty() || page.events.front().sequence != published.sequence) {
      refuse(channel, published.sequence);
    }
  }
}

// Some of what subscribers wait for; it may come late, or not at first.
void World::readStore() {
  if (reading_.empty()) {
    reading_ = hub_->durable().reads().jobs(1 + random_.below(3), now_);
    return;
  }
  for (ReadJob& job : std::vector<ReadJob>(std::exchange(reading_, {}))) {
    isStoreUp_ = isAtRest_ || random_.chance(90);
    job.bytes = isAtRest_ ? 100000 : 1 + random_.below(1000);
    const SharedPiece piece = readFromStore(*store_, job, hub_->durable().clock());
    isStoreUp_ = true;
    hub_->durable().reads().finish(job, piece, now_);
  }
}

void World::storeAll() {
  while (storing_ || hub_->durable().hasWork() || !reading_.empty() || !hub_->durable().reads().isEmpty()) {
    storeSome();
  }
}

void World::checkStore() {
  for (std::size_t channel = 0; channel < options_.policies.size(); ++channel) {
    std::vector<std::uint64_t> accepted;
    for (const Published& event : channels_[channel]) {
      if (!event.isRefused && event.sequence > lostThrough_[channel]) {
        accepted.push_back(event.sequence);
      }
    }
    std::vector<std::uint64_t> stored;
    StorePage page;
    page.hasMore = true;
    while (page.hasMore) {
      page = store_->read(kKeys[channel], stored.empty() ? lostThrough_[channel] : stored.back(), 100);
      for (const StoredEvent& event : page.events) {
        stored.push_back(event.sequence);
      }
    }
    EXPECT_EQ(stored, accepted) << kKeys[channel];
  }
}

std::string World::readAll(SubscriberId id) {
  std::string bytes;
  do {
    Spans spans;
    turns_->read(id, now_, {}, spans);
    for (const std::string_view span : spans.bytes) {
      bytes.append(span);
    }
  } while (turns_->taken(id, now_));
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
  if (durability(channel) != Durability::memory) {
    return lostThrough_.at(channel) + 1;
  }
  std::uint64_t first = head_ + 1;
  for (std::size_t newer = 0; newer < std::min(events.size(), options_.history.events); ++newer) {
    const Published& event = events[events.size() - 1 - newer];
    if (event.at + options_.history.ttl < now_) {
      break;
    }
    first = event.sequence;
  }
  return std::max(first, lifeBegan_ + 1);
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
