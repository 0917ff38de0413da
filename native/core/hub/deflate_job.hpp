#pragma once

#include "core/log/cursor.hpp"
#include "core/log/segment_chain.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// An event that compressed subscribers wait for. Deflate `plain`, which may be done without the hub's guard, and give the job
// back to DeflateQueue::finish().
struct DeflateJob {
  std::string channel;
  Cursor cursor;
  std::string_view plain;
  Spans pin;             // keeps `plain` where it is
  std::string deflated;  // the result: flushed to a byte's end from a clean state; empty where that saves nothing
  std::uint32_t crc32 = 0;
};

}  // namespace millrace
