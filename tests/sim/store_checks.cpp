#include "sim/store_checks.hpp"

#include "sim/violation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace millrace::sim {
namespace {

// What the store has of a channel behind `after`: sequences and bytes.
std::map<std::uint64_t, std::string> readAll(LogStore& store, std::string_view key, std::uint64_t after) {
  constexpr std::size_t kPage = 50000;
  std::map<std::uint64_t, std::string> all;
  for (bool hasMore = true; hasMore;) {
    const StorePage page = store.read(key, after, kPage);
    if (page.outcome == StoreOutcome::failed) {
      throw Violation("store-read", "a store on a disk that works cannot be read");
    }
    for (const StoredEvent& event : page.events) {
      if (!all.emplace(event.sequence, event.bytes).second || event.sequence <= after) {
        throw Violation("store-order", "the store gives event " + std::to_string(event.sequence) + " twice");
      }
      after = event.sequence;
    }
    hasMore = page.hasMore;
    if (hasMore && page.events.empty() && page.through <= after) {
      throw Violation("store-read", "the store says that it has more, and gives nothing");
    }
    after = std::max(after, page.through);
  }
  return all;
}

std::string describe(const Event& event) { return event.id + " of " + std::string(kKeys.at(event.channel)); }

void checkBytes(const Event& event, const std::string& bytes) {
  if (bytes.find("data: " + event.data.substr(0, event.data.find('\n')) + '\n') == std::string::npos) {
    throw Violation("store-content", describe(event) + " has other bytes in the store: " + bytes);
  }
}

// An event that waited for the store when the process died: now it is known.
void settleWaiting(World& world, Event& event, bool isThere, std::uint64_t lostThrough) {
  if (isThere) {
    event.fate = Fate::stored;
    event.storedAt = world.ledger.tick();
  } else if (world.settings.durability.at(event.channel) == Durability::always) {
    event.fate = Fate::refused;
  } else {
    event.fate = Fate::lost;
    if (event.sequence > lostThrough && event.forgetCall == 0) {
      throw Violation("silent-loss", describe(event) + " was lost, and clients are told of what was lost up to " +
                                         std::to_string(lostThrough));
    }
  }
}

void checkEvent(World& world, Event& event, const std::map<std::uint64_t, std::string>& stored,
                std::uint64_t lostThrough) {
  const auto found = stored.find(event.sequence);
  const bool isThere = found != stored.end();
  if (isThere && event.forgottenAt > 0) {
    throw Violation("forgotten", describe(event) + " is in the store, and was forgotten");
  }
  if (isThere) {
    checkBytes(event, found->second);
    event.isBack = event.isBack || event.forgetCall > 0;
    event.forgetCall = 0;
  }
  if (event.fate == Fate::waits) {
    settleWaiting(world, event, isThere, lostThrough);
    return;
  }
  if (isThere && event.fate == Fate::refused && world.ledger.mayComeBack(event)) {
    // Whether a commit that failed is there after all is not known before the next one, and the process has died between them.
    event.fate = Fate::stored;
    event.storedAt = world.ledger.tick();
    return;
  }
  if (isThere && event.fate == Fate::refused) {
    throw Violation("refused", describe(event) + " is in the store, which has refused it");
  }
  const bool mayBeGone = event.sequence <= world.ledger.book(event.channel).goneThrough || event.forgetCall > 0;
  if (!isThere && event.fate == Fate::stored && !mayBeGone) {
    throw Violation("acknowledged", describe(event) + " was said to be stored, and is not there");
  }
}

// Clients are not told of losses that there were not.
void checkNeedless(const World& world, std::uint64_t lostThrough, Death death) {
  bool hasLost = death == Death::powerCut && world.settings.hasBatch();
  bool hasForgotten = false;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    const ChannelBook& book = world.ledger.book(channel);
    hasForgotten = hasForgotten || book.forgetCalls > 0;
    hasLost = hasLost || lostThrough <= book.goneThrough;
    for (auto event = book.events.rbegin(); !hasLost && event != book.events.rend(); ++event) {
      hasLost = (*event)->fate == Fate::lost || (*event)->fate == Fate::givenUp;
    }
  }
  if (!hasLost && !hasForgotten && lostThrough > 0) {
    throw Violation("needless",
                    "clients are told of losses up to " + std::to_string(lostThrough) + ", and nothing was");
  }
}

void checkEnd(ChannelBook& book, std::size_t channel, const StoreContents& contents) {
  const auto found = std::find_if(contents.channels.begin(), contents.channels.end(),
                                  [&](const StoredChannel& one) { return one.key == kKeys.at(channel); });
  const bool isClosed = found != contents.channels.end() && found->endsAfter > 0;
  if (isClosed ? book.end == ChannelEnd::open : book.end == ChannelEnd::closed) {
    throw Violation("end", std::string(kKeys.at(channel)) +
                               (isClosed ? " is closed, and nobody has closed it" : " was closed, and is open again"));
  }
  book.end = isClosed ? ChannelEnd::closed : ChannelEnd::open;
}

}  // namespace

void checkReopened(World& world, LogStore& store, const StoreContents& contents, std::uint64_t lostThrough,
                   Death death) {
  Ledger& ledger = world.ledger;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    ChannelBook& book = ledger.book(channel);
    if (!world.settings.isDurable(channel)) {
      book.end = ChannelEnd::open;
      continue;
    }
    if (ledger.isDamaged()) {
      book.end = ChannelEnd::unknown;
      for (Event* const event : book.events) {
        const bool isOpen = event->fate == Fate::waits || (event->fate == Fate::refused && ledger.mayComeBack(*event));
        event->fate = isOpen ? Fate::unknown : event->fate;
        event->storedAt = event->storedAt == 0 ? ledger.tick() : event->storedAt;
      }
    } else {
      checkEnd(book, channel, contents);
      const auto stored = readAll(store, kKeys.at(channel), 0);
      for (Event* const event : book.events) {
        checkEvent(world, *event, stored, lostThrough);
      }
    }
  }
  // A commit that was torn looks like a damaged one: that is told, to be safe.
  const bool looksDamaged = contents.hasLost || (contents.position.mayBeBehind && !world.settings.hasBatch());
  const bool wasToldBefore =
      lostThrough == contents.position.lostThrough;  // by a process that has died at once, perhaps
  if (!ledger.isDamaged() && death != Death::none && !looksDamaged && !wasToldBefore) {
    checkNeedless(world, lostThrough, death);
  }
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    if (world.settings.isDurable(channel)) {
      ChannelBook& book = ledger.book(channel);
      book.goneThrough = std::max(book.goneThrough, lostThrough);
    }
  }
  ledger.clearWaiting();
}

void checkAtRest(World& world, LogStore& store) {
  if (world.ledger.isDamaged()) {
    return;
  }
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    if (!world.settings.isDurable(channel)) {
      continue;
    }
    const ChannelBook& book = world.ledger.book(channel);
    const auto stored = readAll(store, kKeys.at(channel), 0);
    std::set<std::uint64_t> known;
    for (Event* const event : book.events) {
      if (event->fate == Fate::waits) {
        throw Violation("waits", describe(*event) + " waits for the store, which has nothing to do");
      }
      checkEvent(world, *event, stored, book.goneThrough);
      known.insert(event->sequence);
    }
    for (const auto& [sequence, bytes] : stored) {
      if (!known.contains(sequence)) {
        throw Violation("store-content", "the store has an event " + std::to_string(sequence) + " of " +
                                             std::string(kKeys.at(channel)) + " that nobody published");
      }
    }
  }
}

void noteTrimmed(World& world, const StoreLimits& limits, const StoredChannel& channel) {
  const std::size_t index = channelOf(channel.key);
  ChannelBook& book = world.ledger.book(index);
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  for (auto at = book.events.rbegin(); at != book.events.rend() && (*at)->sequence > book.goneThrough; ++at) {
    const Event& event = **at;
    if (event.storedAt == 0 || event.fate != Fate::stored || event.forgetCall > 0) {
      continue;
    }
    constexpr std::size_t kFraming = 150;  // more than an event has beside its data
    bytes += event.data.size() + kFraming;
    const bool isKept = ++events <= limits.events && bytes <= limits.bytes && event.at >= limits.since;
    if (isKept && event.sequence <= channel.lostThrough && !world.ledger.isDamaged()) {
      throw Violation("trim", describe(event) + " was let go of, and is within the limits");
    }
    if (!isKept) {
      break;
    }
  }
  book.goneThrough = std::max(book.goneThrough, channel.lostThrough);
}

void checkTraces(const World& world, const Disk& disk, std::size_t channel) {
  const std::string bytes = disk.bytes();
  const std::string word = "data: " + std::string(kKeys.at(channel)) + " number ";
  std::set<std::string> there;
  for (std::size_t at = bytes.find(word); at != std::string::npos; at = bytes.find(word, at + 1)) {
    const std::size_t begin = at + 6;
    there.insert(bytes.substr(begin, bytes.find_first_not_of("0123456789", at + word.size()) - begin));
  }
  for (const Event* const event : world.ledger.book(channel).events) {
    if (event->forgottenAt > 0 && there.contains(event->data.substr(0, event->data.find('.')))) {
      throw Violation("trace", describe(*event) + " was forgotten, and is in the files");
    }
  }
}

}  // namespace millrace::sim
