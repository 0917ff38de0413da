// What a reactor does when it was woken.
#include "io/engine/engine.hpp"
#include "io/reactor/reactor.hpp"

#include <utility>

namespace millrace {
namespace {

// Looked up under one lock, then sent without it.
constexpr std::size_t kBatch = 64;

}  // namespace

void Reactor::turn() {
  std::vector<std::size_t> hubsOfReady;
  for (const SubscriberId id : ready_) {
    if (const ReactorSocket* const socket = find(id)) {
      hubsOfReady.push_back(socket->options.hub);
    }
  }
  turns_ = engine_.beginTurn(owner_, std::move(hubsOfReady));
  hubs_.clear();
  for (const HubTurn& one : turns_) {
    hubs_.push_back(one.hub);
  }
  engine_.deflatePending(hubs_);
  isReadyServed_ = false;
  while (gatherBatch()) {
    batch_.send();
  }
  engine_.exclusively(hubs_, [this](Engine::Hubs hubs, Instant now) {
    for (HubTurn& one : turns_) {
      hubs[one.hub]->turns().settle(std::move(one.turn), now);
    }
  });
  finishGone();
  if (!ready_.empty()) {
    wake();
  }
}

// Notes what became of the last batch and looks up the next, under one lock. False when the turn is over. First come those that have
// news, all of them; then some of those that are behind, for whoever waits for news waits for the end of this turn. The others have theirs in the next.
bool Reactor::gatherBatch() {
  return engine_.exclusively(hubs_, [this](Engine::Hubs hubs, Instant now) {
    batch_.finish([&](const ReactorSocket& socket) -> Hub& { return *hubs[socket.options.hub]; }, now,
                  [this](ReactorSocket& socket, SocketNext next) { act(socket, next); });
    bool hasMore = false;
    for (const HubTurn& one : turns_) {
      Hub& hub = *hubs[one.hub];
      Turn turn;
      hasMore = hub.turns().collect(one.turn, kBatch, now, turn) || hasMore;
      takeClosing(turn);
      for (void* const assigned : turn.sockets) {
        auto& socket = *static_cast<ReactorSocket*>(assigned);
        if (!socket.isBlocked && Turns::isCatchingUp(*socket.subscriber)) {
          hub.turns().postpone(*socket.subscriber, now);
          markReady(socket);
        } else if (!socket.isBlocked) {
          addToBatch(socket, hub, now);
        }
      }
    }
    if (!hasMore && batch_.isEmpty() && !std::exchange(isReadyServed_, true)) {
      gatherReady(hubs, now);
    }
    return hasMore || !batch_.isEmpty();
  });
}

void Reactor::gatherReady(std::span<Hub* const> hubs, Instant now) {
  constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;
  constexpr std::size_t kOfOne = std::size_t{128} * 1024;
  for (std::size_t left = ready_.size(); left > 0 && batch_.bytes() < kMostBytes; --left) {
    ReactorSocket* const socket = find(ready_.front());
    ready_.pop_front();
    if (socket == nullptr) {
      continue;
    }
    socket->isReady = false;
    if (!socket->isBlocked) {  // else it is ready again when it takes something
      batch_.add(*socket, *hubs[socket->options.hub], now, kOfOne);
    }
  }
}

void Reactor::addToBatch(ReactorSocket& socket, Hub& hub, Instant now) {
  if (socket.isInBatch) {
    markReady(socket);  // what it is offered now came after it was read for this batch
  } else {
    batch_.add(socket, hub, now);
  }
}

void Reactor::act(ReactorSocket& socket, SocketNext next) {
  switch (next) {
    case SocketNext::nothing:
      return;
    case SocketNext::anotherTurn:
      markReady(socket);
      return;
    case SocketNext::writability:
      waitUntilWritable(socket);
      return;
    case SocketNext::closing:
      gone_.emplace_back(socket.id(), socket.ending.value_or(CloseReason::disconnected));
      return;
    case SocketNext::closingWhole:
      gone_.emplace_back(socket.id(), *socket.ending);
      return;
  }
}

void Reactor::takeClosing(const Turn& turn) {
  for (const auto& [id, reason] : turn.closing) {
    ReactorSocket* const socket = find(id);
    if (socket == nullptr) {
      continue;
    }
    if (isHopeless(reason)) {
      gone_.emplace_back(id, socket->ending.value_or(reason));
    } else if (!socket->ending) {
      socket->ending = reason;
      if (!socket->isBlocked) {
        markReady(*socket);
      }
    }
  }
}

void Reactor::markReady(ReactorSocket& socket) {
  if (!socket.isReady) {
    socket.isReady = true;
    ready_.push_back(socket.id());
  }
}

}  // namespace millrace
