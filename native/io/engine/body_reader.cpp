#include "io/engine/body_reader.hpp"

#include "io/engine/engine.hpp"

#include <utility>

namespace millrace {

void BodyReader::read(std::size_t hub, SubscriberId id, std::size_t mostBytes, std::string& out) {
  ReadLimits limits;
  limits.bytes = mostBytes;
  take(hub, id, limits, mostBytes, out);
}

void BodyReader::readNotice(std::size_t hub, SubscriberId id, std::size_t mostBytes, std::string& out) {
  ReadLimits limits;
  limits.bytes = 0;
  take(hub, id, limits, mostBytes, out);
}

void BodyReader::take(std::size_t hub, SubscriberId id, const ReadLimits& limits, std::size_t mostBytes,
                      std::string& out) {
  if (isCompressed(id)) {
    engine_.deflatePending({&hub, 1});
  }
  engine_.with(hub, [&](Hub& chosen, Instant now) {
    Spans spans;
    Reading reading = chosen.turns().read(id, now, limits, spans);
    const std::size_t before = out.size();
    const auto count = [&] { chosen.turns().countBytes(id, out.size() - before); };
    const std::lock_guard lock(mutex_);
    if (const auto gzip = gzips_.find(id); gzip != gzips_.end()) {
      gzip->second->append(spans, 0);
      out.append(gzip->second->pending());
      gzip->second->taken(gzip->second->pending().size());
      count();
      static_cast<void>(chosen.turns().taken(std::move(reading), now));
      return;
    }
    std::size_t room = mostBytes;
    for (const std::string_view span : spans.bytes) {
      if (span.size() > room) {
        out.append(span.substr(0, room));
        count();
        const Progress progress = out.empty() ? Progress::none : Progress::some;
        chosen.turns().takenUpTo(std::move(reading), span.data() + room, now, progress);
        return;
      }
      out.append(span);
      room -= span.size();
    }
    count();
    static_cast<void>(chosen.turns().taken(std::move(reading), now));
  });
}

PollPage BodyReader::readPage(std::size_t hub, SubscriberId id, std::size_t bytes) {
  std::string read;
  PollPage page = engine_.with(hub, [&](Hub& chosen, Instant now) {
    ReadLimits limits;
    limits.bytes = bytes;
    Spans spans;
    Reading reading = chosen.turns().read(id, now, limits, spans);
    for (const std::string_view span : spans.bytes) {
      read.append(span);
    }
    chosen.turns().countBytes(id, read.size());
    static_cast<void>(chosen.turns().taken(std::move(reading), now));
    PollPage taken;
    taken.hasMore = chosen.view(id).hasMore();
    taken.position = chosen.view(id).position();
    return taken;
  });
  fillPage(read, page);  // without the lock
  return page;
}

bool BodyReader::isCompressed(SubscriberId id) {
  const std::lock_guard lock(mutex_);
  return gzips_.contains(id);
}

void BodyReader::compress(SubscriberId id) {
  const std::lock_guard lock(mutex_);
  gzips_.emplace(id, std::make_unique<GzipStream>());
}

void BodyReader::finish(SubscriberId id, std::string& out) {
  if (const auto gzip = takeGzip(id)) {
    gzip->finish();
    out.append(gzip->pending());
  }
}

std::unique_ptr<GzipStream> BodyReader::takeGzip(SubscriberId id) {
  const std::lock_guard lock(mutex_);
  const auto found = gzips_.find(id);
  if (found == gzips_.end()) {
    return nullptr;
  }
  auto gzip = std::move(found->second);
  gzips_.erase(found);
  return gzip;
}

void BodyReader::forgetGzips(const std::function<bool(SubscriberId)>& isGone) {
  const std::lock_guard lock(mutex_);
  std::erase_if(gzips_, [&](const auto& gzip) { return isGone(gzip.first); });
}

}  // namespace millrace
