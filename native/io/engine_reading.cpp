// Reading by an environment, and compression; see engine.hpp.
#include "io/engine.hpp"

#include <map>
#include <memory>
#include <utility>

namespace millrace {

void Engine::read(std::size_t hub, ConnectionId connection, std::string& out) {
  const auto isCompressed = [&] {
    const std::lock_guard lock(mutex_);
    return !gzips_.empty() && gzips_.contains(connection);
  };
  if (isCompressed()) {
    deflatePending();
  }
  with(hub, [&](Hub& chosen, Instant at) {
    Spans spans;
    chosen.read(connection, at, {}, spans);
    const auto gzip = gzips_.find(connection);
    if (gzip == gzips_.end()) {
      for (const std::string_view span : spans.bytes) {
        out.append(span);
      }
    } else {
      gzip->second->append(spans, 0);
      out.append(gzip->second->pending());
      gzip->second->taken(gzip->second->pending().size());
    }
    static_cast<void>(chosen.taken(connection, at));
  });
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

void Engine::deflatePending() {
  constexpr std::size_t kAtOnce = 32;
  std::map<const Hub*, std::uint64_t> through;  // what is published from now on waits, so that this ends
  const auto nextJobs = [&] {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<Hub*, DeflateJob>> jobs;
    for (Hub* const hub : hubs_) {
      if (!hub->isCompressing()) {
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
