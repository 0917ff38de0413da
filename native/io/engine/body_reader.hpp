#pragma once

#include "core/hub/hub.hpp"
#include "core/hub/poll_page.hpp"
#include "io/net/gzip.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace millrace {

class Engine;

// Reads subscribers for JavaScript environments, which put the bytes into the bodies of responses; and keeps their content
// coding, if they have one.
//
// Thread-safe: every method, from any thread.
class BodyReader {
 public:
  // The engine outlives it.
  explicit BodyReader(Engine& engine) : engine_(engine) {}

  // Appends what the subscriber has, as it goes into the response's body, but at most so many bytes, in whatever place that
  // cuts it; it counts as taken. Of a compressed one it is so much of what is compressed, and whole events.
  void read(std::size_t hub, SubscriberId id, std::size_t mostBytes, std::string& out);
  // The same of what goes before the logs only: the verdict, a snapshot, the cursor line.
  void readNotice(std::size_t hub, SubscriberId id, std::size_t mostBytes, std::string& out);

  // The next events, until they have so many bytes; they count as taken.
  [[nodiscard]] PollPage readPage(std::size_t hub, SubscriberId id, std::size_t bytes);

  // The subscriber's body is a gzip stream; before its first read().
  void compress(SubscriberId id);
  // Appends the end of the body's content coding, if it has one.
  void finish(SubscriberId id, std::string& out);
  // Its gzip stream, if it has one: somebody else goes on with it.
  [[nodiscard]] std::unique_ptr<GzipStream> takeGzip(SubscriberId id);
  // Forgets the streams of subscribers that are gone.
  void forgetGzips(const std::function<bool(SubscriberId)>& isGone);

 private:
  void take(std::size_t hub, SubscriberId id, const ReadLimits& limits, std::size_t mostBytes, std::string& out);
  [[nodiscard]] bool isCompressed(SubscriberId id);

  Engine& engine_;
  std::mutex mutex_;  // taken after the engine's, never before; guards:
  std::unordered_map<SubscriberId, std::unique_ptr<GzipStream>> gzips_;
};

}  // namespace millrace
