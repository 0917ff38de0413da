#include "io/reader_thread.hpp"

#include "core/session/receiver.hpp"
#include "core/wire/notice.hpp"

#include <algorithm>
#include <utility>

namespace millrace::test {
namespace {

std::vector<std::string> dataOf(std::string stream) {
  Receiver receiver;
  std::vector<std::string> data;
  receiver.begin(stream);
  while (const ParsedItem* const item = receiver.next()) {
    if (item->type != kBeginType) {
      data.emplace_back(item->data);
    }
  }
  return data;
}

// But for the notice at the beginning.
std::size_t countEvents(std::string_view stream) {
  stream.remove_prefix(std::min(stream.size(), stream.find("\n\n")));
  std::size_t count = 0;
  for (std::size_t at = stream.find("data: "); at != std::string_view::npos; at = stream.find("data: ", at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

ReaderThread::ReaderThread(Engine& engine, std::size_t hub, std::string channel, std::size_t connections,
                           std::size_t events)
    : engine_(engine), hub_(hub), channel_(std::move(channel)), events_(events) {
  thread_ = std::thread([this, connections] { run(connections); });
}

ReaderThread::~ReaderThread() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ReaderThread::waitUntilOpen() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return isOpen_; });
}

std::vector<std::vector<std::string>> ReaderThread::join() {
  thread_.join();
  std::vector<std::vector<std::string>> all;
  for (auto& [id, stream] : streams_) {
    all.push_back(dataOf(std::move(stream)));
  }
  return all;
}

void ReaderThread::run(std::size_t connections) {
  owner_ = engine_.attach([this] {
    const std::lock_guard lock(mutex_);
    isWoken_ = true;
    changed_.notify_all();
  });
  open(connections);
  while (!isComplete()) {
    waitForWake();
    takeTurn();
  }
  engine_.detach(owner_);
}

void ReaderThread::open(std::size_t connections) {
  OpenOptions options;
  options.subscriber.heartbeat.every = Millis{0};
  for (std::size_t n = 0; n < connections; ++n) {
    const SubscriberId id = engine_.newSubscriberId();
    engine_.with(hub_, [&](Hub& hub, Instant now) {
      static_cast<void>(hub.open(id, owner_, options, now));
      static_cast<void>(hub.join(id, channel_, {}, now));
    });
    streams_[id];
  }
  const std::lock_guard lock(mutex_);
  isOpen_ = true;
  changed_.notify_all();
}

void ReaderThread::takeTurn() {
  for (const SubscriberId id : engine_.collect(owner_).readable) {
    engine_.with(hub_, [&](Hub& hub, Instant now) {
      Spans spans;
      Reading reading = hub.turns().read(id, now, {}, spans);
      for (const std::string_view span : spans.bytes) {
        streams_[id].append(span);
      }
      hub.turns().taken(std::move(reading), now);
    });
  }
  engine_.settle(owner_);
}

bool ReaderThread::isComplete() const {
  return std::all_of(streams_.begin(), streams_.end(),
                     [this](const auto& stream) { return countEvents(stream.second) >= events_; });
}

void ReaderThread::waitForWake() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return isWoken_; });
  isWoken_ = false;
}

}  // namespace millrace::test
