// What a hub's store gives back to memory before a channel is used.
#include "core/hub/idempotency_keys.hpp"
#include "core/hub/store_adapter.hpp"
#include "io/engine/channel_document.hpp"
#include "io/engine/engine.hpp"
#include "io/engine/hub_store.hpp"

#include <numeric>
#include <utility>

namespace millrace {
namespace {

constexpr std::string_view kUnreadable = "what it has cannot be read";
constexpr std::size_t kPageBytes = std::size_t{1} << 20U;

}  // namespace

bool HubStore::warmDocument(std::string_view channel) {
  if (!isOpen() || !engine_.with(hub_, [&](Hub& hub, Instant) { return hub.states().isCold(channel); })) {
    return true;
  }
  const std::optional<StoredJournal> journal = readJournal(journalName(JournalKind::document, channel));
  if (!journal) {
    return noteUnreadable(kUnreadable);
  }
  const std::vector<std::string_view> changes = journal->changes();
  const std::shared_ptr<ChannelDocument> document = ChannelDocument::restore(journal->whole(), changes);
  JournalSize size;
  if (document != nullptr) {
    size.whole = journal->whole().size();
    size.changes = std::accumulate(changes.begin(), changes.end(), std::size_t{0},
                                   [](std::size_t sum, std::string_view change) { return sum + change.size(); });
    size.entries = journal->entries().size();
    size.wholeAt = clock_.instantOf(journal->entries().front().at);
  }
  const bool isThere = engine_.with(hub_, [&](Hub& hub, Instant now) {
    hub.states().restore(channel, document, journal->newest(), size, now);
    return !hub.states().isCold(channel);
  });
  return isThere || noteUnreadable("there is no room for the channel of a document (limits.channels)");
}

bool HubStore::warm(std::string_view channel) {
  if (!isOpen()) {
    return true;
  }
  const auto job = engine_.with(hub_, [&](Hub& hub, Instant) { return hub.states().cold().tailOf(channel); });
  if (job) {
    const SharedPiece tail = read(*job);
    if (tail == nullptr) {
      return noteUnreadable(kUnreadable);
    }
    engine_.with(hub_, [&](Hub& hub, Instant now) { hub.states().cold().restore(channel, *tail, now); });
  }
  return warmDocument(channel);
}

bool HubStore::warmKeys(std::string_view channel) {
  if (!isOpen() || !engine_.with(hub_, [&](Hub& hub, Instant) { return hub.durable().keys().isUnread(channel); })) {
    return true;
  }
  const std::optional<StoredJournal> journal = readJournal(journalName(JournalKind::idempotencyKeys, channel));
  if (!journal) {
    return noteUnreadable(kUnreadable);
  }
  engine_.with(hub_, [&](Hub& hub, Instant) {
    IdempotencyKeys& keys = hub.durable().keys();
    if (!keys.isUnread(channel)) {
      return;  // another thread was faster
    }
    keys.noteRead(channel);
    for (const StoredEvent& entry : journal->entries()) {
      if (const std::optional<StoredKey> stored = decodeKey(textOf(entry.bytes))) {
        keys.remember(channel, stored->key, stored->receipt, clock_.instantOf(entry.at));
      }
    }
  });
  return true;
}

// None: it cannot be read.
std::optional<StoredJournal> HubStore::readJournal(const std::string& name) {
  StoredJournal journal;
  std::uint64_t after = 0;
  for (bool hasMore = true; hasMore;) {
    const std::lock_guard reading(readMutex_);
    StorePage page = store_->read(name, after, kPageBytes);
    if (page.outcome == StoreOutcome::failed) {
      return std::nullopt;
    }
    hasMore = page.hasMore && page.through > after;
    after = page.through;
    journal.add(std::move(page));
  }
  return journal;
}

bool HubStore::noteUnreadable(std::string_view why) {
  const std::lock_guard lock(openMutex_);
  fault_ = why;
  return false;
}

}  // namespace millrace
