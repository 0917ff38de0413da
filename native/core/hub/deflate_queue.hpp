#pragma once

#include "core/hub/deflate_job.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace {

class Registry;
class Sequence;
struct Channel;

// The events that compressed subscribers wait for. Each is deflated once, whatever their number. They do not
// read events whose job is not finished.
class DeflateQueue {
 public:
  // Both outlive it.
  DeflateQueue(Registry& registry, const Sequence& sequence) : registry_(registry), sequence_(sequence) {}

  // The channel may have events to be deflated: it was appended to, or its first compressed member has joined.
  void add(Channel& channel);
  // The next events, at most `limit`, and none newer than the sequence `through`.
  [[nodiscard]] std::vector<DeflateJob> jobs(std::size_t limit, std::uint64_t through);
  void finish(const DeflateJob& job);
  // Lets go of channels of which nothing is to be deflated any more.
  void tidy();

  [[nodiscard]] bool isEmpty() const { return channels_.empty(); }
  // The hub's newest event.
  [[nodiscard]] std::uint64_t newest() const;
  // Compressed subscribers may be given events up to this sequence. It is one for all channels, for a client's cursor counts
  // for all of them.
  [[nodiscard]] std::uint64_t readableThrough() const;

 private:
  Registry& registry_;
  const Sequence& sequence_;
  std::vector<Channel*> channels_;
};

}  // namespace millrace
