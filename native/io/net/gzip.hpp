#pragma once

#include "core/hub/deflate_job.hpp"
#include "core/log/segment_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// Deflates an event once for all streams (RFC 1951): from a clean state, so that it refers to nothing before it, and up to a
// byte's end (zlib's Z_SYNC_FLUSH). One for each thread that uses it.
void deflateOnce(DeflateJob& job);

// One response body as a gzip stream (RFC 1952), made of events that were deflated once, and of stored blocks for all other
// bytes. Its state is what the trailer needs, and what the client has yet to be sent.
//
// Not thread-safe.
class GzipStream {
 public:
  // Appends what a compressed connection's read() gave, from the span `first` on.
  void append(const Spans& spans, std::size_t first);
  // Appends the last block and the trailer.
  void finish();

  // What is to be sent next.
  [[nodiscard]] std::string_view pending() const { return std::string_view(pending_).substr(taken_); }
  void taken(std::size_t bytes);

 private:
  void begin();
  void appendStored(std::string_view plain);

  std::string pending_;
  std::size_t taken_ = 0;
  std::uint32_t crc32_ = 0;
  std::uint32_t size_ = 0;  // of the plain bytes, modulo 2^32 as the trailer has it
  bool hasBegun_ = false;
  bool isFinished_ = false;
};

}  // namespace millrace
