#include "core/hub/stored_reads.hpp"

#include "core/hub/registry.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/stored_reading.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{128} * 1024;
constexpr Millis kPatience{500};

// What a request is for, as a text.
std::string nameOf(const ReadJob& job) {
  std::string name;
  for (const std::uint64_t number : {job.after, std::uint64_t{job.last}, job.lastThrough}) {
    name.append(std::to_string(number)).push_back(' ');
  }
  return name.append(job.channel);
}

}  // namespace

bool StoredReads::provide(Subscriber& subscriber) {
  bool hasGot = false;
  for (Subscription& subscription : subscriber.subscriptions()) {
    if (subscription.stored == nullptr || subscription.log() != nullptr) {
      continue;
    }
    const StoredCursor& stored = *subscription.stored;
    const Channel& channel = *subscription.channel;
    if (!channel.hasStoredAfter(stored.position())) {  // it was forgotten meanwhile
      endStored(subscription, subscriber.subscriptions(), subscriber.reader().preamble());
      hasGot = true;
      continue;
    }
    SharedPiece piece = stored.last() > 0 ? nullptr : find(channel.key, stored.position());
    if (piece == nullptr) {
      ask(subscriber.id(), subscription);
      continue;
    }
    hasGot = true;
    readPiece(subscription, std::move(piece), 0, subscriber.subscriptions(), subscriber.reader().preamble());
  }
  return hasGot;
}

// A piece that has the event behind this sequence, if there is one.
SharedPiece StoredReads::find(std::string_view channel, std::uint64_t after) {
  const auto ends = ends_.find(channel);
  if (ends == ends_.end()) {
    return nullptr;
  }
  const auto found = ends->second.upper_bound(after);
  if (found == ends->second.end() || found->second->second->from() > after) {
    return nullptr;
  }
  pieces_.splice(pieces_.end(), pieces_, found->second);
  return found->second->second;
}

void StoredReads::ask(SubscriberId id, Subscription& subscription) {
  StoredCursor& stored = *subscription.stored;
  if (!stored.ask()) {
    return;
  }
  const Channel& channel = *subscription.channel;
  ReadJob job;
  job.channel = channel.key;
  job.after = stored.position();
  job.last = stored.last();
  job.lastThrough = stored.lastThrough();
  job.bytes = kPieceBytes;
  const auto [asked, isNew] = asked_.try_emplace(nameOf(job));
  if (isNew) {
    requests_.push_back({std::move(job), {}, false});
    asked->second = std::prev(requests_.end());
    ++waiting_;
  }
  asked->second->readers.push_back(id);
}

bool StoredReads::isEmpty() const {
  return waiting_ == 0 || retryAt_ != kNever || (roomAt_ != kNever && !hasRoom());  // jobs() notes that there is none
}

bool StoredReads::hasRoom() const {
  return bytes() == 0 || bytes() + kPieceBytes <= options_.replayBytes ||
         std::any_of(pieces_.begin(), pieces_.end(), [](const auto& one) { return one.second.use_count() == 1; });
}

// For one piece more. Those that nobody reads go, the oldest first.
bool StoredReads::makeRoom() {
  for (auto at = pieces_.begin(); at != pieces_.end() && bytes() + kPieceBytes > options_.replayBytes;) {
    const auto piece = at++;
    if (piece->second.use_count() == 1) {
      drop(piece);
    }
  }
  return bytes() == 0 || bytes() + kPieceBytes <= options_.replayBytes;
}

void StoredReads::drop(Pieces::iterator piece) {
  bytes_ -= piece->second->capacity();
  const auto ends = ends_.find(piece->first);
  ends->second.erase(piece->second->through());
  if (ends->second.empty()) {
    ends_.erase(ends);
  }
  pieces_.erase(piece);
}

std::vector<ReadJob> StoredReads::jobs(std::size_t limit, Instant now) {
  std::vector<ReadJob> jobs;
  for (auto request = requests_.begin(); request != requests_.end() && jobs.size() < limit && waiting_ > 0; ++request) {
    if (request->isGiven) {
      continue;
    }
    if (!makeRoom()) {
      roomAt_ = std::min(roomAt_, now + kPatience);
      break;
    }
    const Channel* const channel = registry_.findChannel(request->job.channel);
    request->job.through = channel == nullptr || channel->stored == nullptr ? 0 : channel->stored->newest;
    request->isGiven = true;
    --waiting_;
    reserved_ += kPieceBytes;
    jobs.push_back(request->job);
  }
  return jobs;
}

void StoredReads::finish(const ReadJob& job, const SharedPiece& piece, Instant now) {
  const auto asked = asked_.find(nameOf(job));
  reserved_ -= kPieceBytes;
  if (piece == nullptr && !asked->second->isForgotten) {
    asked->second->isGiven = false;
    ++waiting_;
    retryAt_ = now + kPatience;
    return;
  }
  const Request request = std::move(*asked->second);
  requests_.erase(asked->second);
  asked_.erase(asked);
  if (request.isForgotten) {
    withdraw(request, now);
    return;
  }
  if (!piece->isEmpty()) {
    keep(job.channel, piece);
  }
  for (const SubscriberId id : request.readers) {
    give(id, job, piece, now);
  }
}

void StoredReads::keep(std::string_view channel, const SharedPiece& piece) {
  auto ends = ends_.find(channel);
  if (ends == ends_.end()) {
    ends = ends_.try_emplace(std::string(channel)).first;
  }
  if (const auto older = ends->second.find(piece->through()); older != ends->second.end()) {
    bytes_ -= older->second->second->capacity();
    pieces_.erase(older->second);
    ends->second.erase(older);
  }
  pieces_.emplace_back(channel, piece);
  ends->second.emplace(piece->through(), std::prev(pieces_.end()));
  bytes_ += piece->capacity();
}

// How the subscriber reads the channel of the job in the store; null: it has gone, has left the channel, or has come to memory.
Subscription* StoredReads::readerOf(SubscriberId id, const ReadJob& job) {
  Subscriber* const subscriber = registry_.find(id);
  const Channel* const channel = registry_.findChannel(job.channel);
  Subscription* const subscription =
      subscriber == nullptr || channel == nullptr ? nullptr : subscriber->subscriptions().find(*channel);
  return subscription == nullptr || subscription->stored == nullptr ? nullptr : subscription;
}

// The reader may have been moved meanwhile.
void StoredReads::give(SubscriberId id, const ReadJob& job, const SharedPiece& piece, Instant now) {
  Subscription* const subscription = readerOf(id, job);
  if (subscription == nullptr || subscription->log() != nullptr) {
    return;
  }
  Subscriber& subscriber = *registry_.find(id);
  StoredCursor& stored = *subscription->stored;
  stored.noteAnswer();
  if (stored.position() == job.after && stored.last() == job.last) {
    readPiece(*subscription, piece, job.through, subscriber.subscriptions(), subscriber.reader().preamble());
  }
  scheduler_.noteNews(subscriber, now);
}

void StoredReads::runDue(Instant now) {
  if (retryAt_ <= now) {
    retryAt_ = kNever;
  }
  if (roomAt_ <= now) {
    roomAt_ = kNever;
    if (waiting_ > 0 && !hasRoom()) {
      takeBack();
    }
  }
}

// Clients that take nothing would keep the others from reading: they read their pieces again when they go on.
void StoredReads::takeBack() {
  registry_.forEachSubscriber([](Subscriber& subscriber) {
    if (subscriber.reader().isInFlight()) {
      return;
    }
    for (Subscription& subscription : subscriber.subscriptions()) {
      if (subscription.stored != nullptr && subscription.stored->piece() != nullptr) {
        subscription.stored->letGo();
      }
    }
  });
}

void StoredReads::forget(std::string_view key, Instant now) {
  for (auto at = pieces_.begin(); at != pieces_.end();) {
    const auto piece = at++;
    if (piece->first == key) {
      drop(piece);
    }
  }
  for (auto at = requests_.begin(); at != requests_.end();) {
    const auto request = at++;
    if (request->job.channel != key) {
      continue;
    }
    request->isForgotten = request->isGiven;
    if (!request->isGiven) {
      --waiting_;
      withdraw(*request, now);
      asked_.erase(asked_.find(nameOf(request->job)));
      requests_.erase(request);
    }
  }
  const Channel* const channel = registry_.findChannel(key);
  for (std::size_t slot = 0; channel != nullptr && slot < channel->members.size(); ++slot) {
    Subscriber& member = channel->members.at(slot);
    Subscription* const subscription = member.subscriptions().find(*channel);
    if (subscription->stored == nullptr || subscription->stored->piece() == nullptr) {
      continue;
    }
    member.reader().isInFlight() ? subscription->stored->noteForgotten() : subscription->stored->letGo();
    scheduler_.noteNews(member, now);
  }
}

// Its readers look again what there is.
void StoredReads::withdraw(const Request& request, Instant now) {
  for (const SubscriberId id : request.readers) {
    if (Subscription* const subscription = readerOf(id, request.job)) {
      subscription->stored->noteAnswer();
      scheduler_.noteNews(*registry_.find(id), now);
    }
  }
}

}  // namespace millrace
