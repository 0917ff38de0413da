#include "sim/settings.hpp"

#include "sim/random.hpp"

#include <algorithm>
#include <string>

namespace millrace::sim {
namespace {

Habits makeHabits(Random& random) {
  Habits habits;
  habits.owner = static_cast<OwnerId>(1 + random.below(kOwners));
  habits.overflow = random.chance(30) ? Overflow::dropOldest : Overflow::disconnect;
  const std::size_t share = random.chance(20) ? 15 : 55;  // some read one channel or two, most read several
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    if (random.chance(share)) {
      habits.channels.push_back(channel);
    }
  }
  if (habits.channels.empty()) {
    habits.channels = {random.below(kChannels)};
  }
  if (random.chance(25)) {
    habits.types = {"tick", "message"};
  }
  if (random.chance(25)) {
    habits.labels = {"red"};
  }
  habits.joinsLate = random.chance(15);
  habits.rewinds = random.chance(30);
  habits.takesParts = random.chance(50);
  habits.isSlow = random.chance(20);
  habits.staysAway = random.chance(25);
  habits.isPlain = !habits.rewinds && !habits.joinsLate && random.chance(40);
  return habits;
}

HubOptions makeHub(Random& random) {
  HubOptions hub;
  hub.history.events = 1 + random.below(40);
  hub.history.ttl = Millis(60000);
  hub.channelTtl = Millis(120000);
  hub.sweepEvery = Millis(10000);
  hub.lagGrace = Millis(random.chance(50) ? random.below(3000) : 0);
  hub.inboxBytes = random.chance(40) ? 1500 + random.below(random.chance(50) ? 4000 : 20000) : hub.inboxBytes;
  // Room for one connection that reads a piece of each channel, but not for two.
  hub.replayBytes = random.chance(50) ? kChannels * std::size_t{128} * 1024 : hub.replayBytes;
  return hub;
}

// Small enough that the store lets go of something.
LogLimits makeStored(Random& random) {
  LogLimits limits = kStoredLimits;
  limits.events = random.chance(40) ? 20 + random.below(200) : limits.events;
  limits.bytes = random.chance(20) ? 2000 + random.below(20000) : limits.bytes;
  limits.ttl = random.chance(20) ? Millis(600000 + random.below(3600000)) : limits.ttl;
  return limits;
}

}  // namespace

bool Settings::isDurable() const {
  return std::any_of(durability.begin(), durability.end(), [](Durability one) { return one != Durability::memory; });
}

bool Settings::hasBatch() const {
  return std::find(durability.begin(), durability.end(), Durability::batch) != durability.end();
}

Settings makeSettings(std::uint64_t seed) {
  Random random(seed * 2);
  Settings settings;
  settings.hub = makeHub(random);
  if (random.chance(85)) {
    const std::size_t always = random.chance(30) ? 90 : 40;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      if (!random.chance(65)) {
        continue;
      }
      settings.durability.at(channel) = random.chance(always) ? Durability::always : Durability::batch;
      const LogLimits limits = settings.stored.at(channel) = makeStored(random);
      PolicySettings policy;
      policy.durability = settings.durability.at(channel);
      policy.storedEvents = limits.events;
      policy.storedBytes = limits.bytes;
      policy.storedTtl = limits.ttl;
      const std::string key(kKeys.at(channel));
      settings.hub.policies.push_back({key, key, policy});
    }
  }
  settings.mostEntries = random.chance(70) ? 1 + random.below(8) : 2048;
  settings.failPercent = random.chance(60) ? 0 : 1 + random.below(15);
  const std::size_t clients = 4 + random.below(9);
  while (settings.clients.size() < clients) {
    settings.clients.push_back(makeHabits(random));
  }
  return settings;
}

std::size_t channelOf(std::string_view key) {
  return static_cast<std::size_t>(std::find(kKeys.begin(), kKeys.end(), key) - kKeys.begin());
}

}  // namespace millrace::sim
