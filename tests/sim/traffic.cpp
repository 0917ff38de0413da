#include "sim/traffic.hpp"

#include "sim/violation.hpp"

#include <string>
#include <utility>

namespace millrace::sim {
namespace {

// The last one is closed most, and published in least.
std::size_t anyChannel(Random& random) {
  const std::size_t channel = random.below(2 * kChannels - 1);
  return channel / 2;
}

std::string dataOf(std::size_t channel, std::uint64_t number, Random& random) {
  std::string data = std::string(kKeys.at(channel)) + " number " + std::to_string(number) + '.';
  if (random.chance(4)) {
    data.append(random.below(random.chance(10) ? 9000 : 900), 'x');
  }
  return data.append(random.below(3), '\n');
}

bool maySayClosed(const ChannelBook& book) { return book.end != ChannelEnd::open; }

// One in memory is known to be closed as long as it is used.
bool mustSayClosed(const World& world, std::size_t channel, const ChannelBook& book) {
  const bool isDurable = world.settings.isDurable(channel);
  return book.end == ChannelEnd::closed ||
         (book.end == ChannelEnd::closing &&
          (isDurable || world.clock.now() < book.closedAt + world.settings.hub.channelTtl));
}

// Says whether the event was accepted.
bool checkOutcome(const World& world, std::size_t channel, WriteOutcome outcome) {
  const ChannelBook& book = world.ledger.book(channel);
  const std::string key(kKeys.at(channel));
  switch (outcome) {
    case WriteOutcome::written:
      if (mustSayClosed(world, channel, book)) {
        throw Violation("closed", "an event was accepted in " + key + ", which is closed");
      }
      return true;
    case WriteOutcome::channelClosed:
      if (!maySayClosed(book)) {
        throw Violation("closed", key + " is said to be closed, and nobody has closed it");
      }
      return false;
    case WriteOutcome::overloaded:
    case WriteOutcome::tooLarge:
      return false;
    default:
      throw Violation("publish", "an event was refused: " + std::to_string(static_cast<int>(outcome)));
  }
}

}  // namespace

void publish(World& world, Server& server, Random& random) {
  if (!server.isUp()) {
    return;
  }
  Event event;
  event.channel = anyChannel(random);
  event.type = kTypes.at(random.below(kTypes.size()));
  event.label = kLabels.at(random.below(kLabels.size()));
  event.data = dataOf(event.channel, ++world.events, random);
  event.published = world.clock.now();
  event.at = server.hub().durable().clock().timeOf(event.published);
  EventFields fields;
  fields.type = event.type;
  fields.data = event.data;
  if (random.chance(10)) {
    event.id = "order-" + std::to_string(world.events);
    fields.id = event.id;
  }
  PublishOptions options;
  options.label = event.label;
  if (random.chance(10)) {
    event.conflateKey = random.chance(50) ? "price" : "size";
    options.conflateKey = event.conflateKey;
  }
  if (random.chance(10)) {
    options.ttl = Millis(1 + random.below(5000));
    event.expires = event.published + options.ttl;
  }
  Receipt receipt;
  const WriteOutcome outcome = server.hub().publish(kKeys.at(event.channel), fields, options, event.published, receipt);
  if (!checkOutcome(world, event.channel, outcome)) {
    return;
  }
  // One that was to be forgotten may be closed again behind a restart, until that is done.
  if (ChannelEnd& end = world.ledger.book(event.channel).end; end != ChannelEnd::unknown) {
    end = ChannelEnd::open;
  }
  event.sequence = receipt.sequence;
  event.id = receipt.id;
  world.ledger.accept(std::move(event));
}

void sendTo(World& world, Server& server, SubscriberId id) {
  EventFields fields;
  fields.data = "private";
  Receipt receipt;
  if (server.isUp() && server.hub().send(id, fields, world.clock.now(), receipt) == WriteOutcome::written) {
    world.ledger.noteNumber(server.hub().durable().newest());
  }
}

void forget(World& world, Server& server, Random& random) {
  if (!server.isUp()) {
    return;
  }
  const std::size_t channel = anyChannel(random);
  server.hub().durable().forget(kKeys.at(channel), world.clock.now());
  ChannelBook& book = world.ledger.book(channel);
  ++book.forgetCalls;
  for (Event* const event : book.events) {
    event->forgetCall = event->forgetCall > 0 ? event->forgetCall : book.forgetCalls;
  }
  if (book.end != ChannelEnd::open) {
    book.end = ChannelEnd::unknown;
  }
  if (!world.settings.isDurable()) {
    world.ledger.forgetDone(channel, book.forgetCalls);
  }
}

void closeChannel(World& world, Server& server, Random& random) {
  if (!server.isUp()) {
    return;
  }
  const std::size_t channel = random.chance(60) ? kChannels - 1 : anyChannel(random);
  const WriteOutcome outcome = server.hub().states().close(kKeys.at(channel), world.clock.now());
  if (outcome != WriteOutcome::written) {
    throw Violation("close", "a channel could not be closed: " + std::to_string(static_cast<int>(outcome)));
  }
  ChannelBook& book = world.ledger.book(channel);
  if (book.end != ChannelEnd::closed) {
    book.end = ChannelEnd::closing;
    book.closedAt = world.clock.now();
  }
  book.wasClosed = true;
}

}  // namespace millrace::sim
