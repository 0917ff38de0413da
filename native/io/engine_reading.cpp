// Reading by an environment, and compression; see engine.hpp.
#include "io/engine.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace millrace {

void Engine::read(std::size_t hub, ConnectionId connection, std::size_t mostBytes, std::string& out) {
  ReadLimits limits;
  limits.bytes = mostBytes;
  take(hub, connection, limits, mostBytes, out);
}

void Engine::readNotice(std::size_t hub, ConnectionId connection, std::size_t mostBytes, std::string& out) {
  ReadLimits limits;
  limits.bytes = 0;
  take(hub, connection, limits, mostBytes, out);
}

void Engine::take(std::size_t hub, ConnectionId connection, const ReadLimits& limits, std::size_t mostBytes,
                  std::string& out) {
  if (isCompressed(connection)) {
    deflatePending({&hub, 1});
  }
  with(hub, [&](Hub& chosen, Instant at) {
    Spans spans;
    chosen.read(connection, at, limits, spans);
    const auto gzip = gzips_.find(connection);
    if (gzip != gzips_.end()) {
      gzip->second->append(spans, 0);
      out.append(gzip->second->pending());
      gzip->second->taken(gzip->second->pending().size());
      static_cast<void>(chosen.taken(connection, at));
      return;
    }
    std::size_t room = mostBytes;
    for (const std::string_view span : spans.bytes) {
      if (span.size() > room) {
        out.append(span.substr(0, room));
        const Progress progress = out.empty() ? Progress::none : Progress::some;
        chosen.takenUpTo(connection, span.data() + room, at, progress);
        return;
      }
      out.append(span);
      room -= span.size();
    }
    static_cast<void>(chosen.taken(connection, at));
  });
}

Engine::Page Engine::readPage(std::size_t hub, ConnectionId connection, std::size_t bytes) {
  return with(hub, [&](Hub& chosen, Instant at) {
    ReadLimits limits;
    limits.bytes = bytes;
    Spans spans;
    chosen.read(connection, at, limits, spans);
    Page page;
    for (const std::string_view span : spans.bytes) {
      page.bytes.append(span);
    }
    static_cast<void>(chosen.taken(connection, at));
    page.hasMore = chosen.hasMore(connection);
    page.cursor = chosen.cursor(connection);
    return page;
  });
}

bool Engine::isCompressed(ConnectionId connection) {
  const std::lock_guard lock(mutex_);
  return !gzips_.empty() && gzips_.contains(connection);
}

void Engine::finish(ConnectionId connection, std::string& out) {
  if (const auto gzip = takeGzip(connection)) {
    gzip->finish();
    out.append(gzip->pending());
  }
}

void Engine::compress(ConnectionId connection) {
  const std::lock_guard lock(mutex_);
  gzips_.emplace(connection, std::make_unique<GzipStream>());
}

std::unique_ptr<GzipStream> Engine::takeGzip(ConnectionId connection) {
  const std::lock_guard lock(mutex_);
  const auto found = gzips_.find(connection);
  if (found == gzips_.end()) {
    return nullptr;
  }
  auto gzip = std::move(found->second);
  gzips_.erase(found);
  return gzip;
}

void Engine::deflatePending(std::span<const std::size_t> handles) {
  constexpr std::size_t kAtOnce = 32;
  std::map<const Hub*, std::uint64_t> through;  // what is published from now on waits, so that this ends
  const auto nextJobs = [&] {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<Hub*, DeflateJob>> jobs;
    for (const std::size_t handle : handles) {
      Hub* const hub = hubs_[handle];
      if (!hub->awaitsDeflate()) {
        continue;
      }
      const std::uint64_t last = through.try_emplace(hub, hub->sequence()).first->second;
      for (DeflateJob& job : hub->deflateJobs(kAtOnce, last)) {
        jobs.emplace_back(hub, std::move(job));
      }
    }
    return jobs;
  };
  for (auto jobs = nextJobs(); !jobs.empty(); jobs = nextJobs()) {
    for (auto& [hub, job] : jobs) {
      deflateOnce(job);
    }
    const std::lock_guard lock(mutex_);
    for (const auto& [hub, job] : jobs) {
      hub->deflated(job);
    }
    jobs.clear();  // the pins, under the lock
  }
}

}  // namespace millrace
