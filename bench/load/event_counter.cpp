#include "load/event_counter.hpp"

#include <algorithm>
#include <cstring>

namespace bench {
namespace {

// The notice comes first, behind comments at most.
constexpr std::size_t kBeginningBytes = 256;

// Vectors of the compiler: both GCC and clang make SSE2 or NEON of them.
using Lanes = unsigned char __attribute__((vector_size(16)));

Lanes loaded(const char* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

// How often "\nd" stands in the bytes.
std::uint64_t lineBeginnings(std::string_view bytes) {
  constexpr std::size_t width = sizeof(Lanes);
  constexpr std::size_t mostRounds = 255;  // a lane counts in one byte
  std::uint64_t total = 0;
  const char* at = bytes.data();
  const char* const last = at + bytes.size() - 1;
  while (static_cast<std::size_t>(last - at) >= width) {
    const auto rounds = std::min(static_cast<std::size_t>(last - at) / width, mostRounds);
    Lanes counts{};
    for (std::size_t round = 0; round < rounds; ++round, at += width)
      counts -= static_cast<Lanes>((loaded(at) == static_cast<unsigned char>('\n')) &
                                   (loaded(at + 1) == static_cast<unsigned char>('d')));
    for (std::size_t lane = 0; lane < width; ++lane)
      total += counts[lane];
  }
  for (; at < last; ++at)
    total += at[0] == '\n' && at[1] == 'd' ? 1 : 0;
  return total;
}

}  // namespace

void EventCounter::feed(std::string_view bytes) {
  if (bytes.empty())
    return;
  if (beginning_.size() < kBeginningBytes) {
    beginning_.append(bytes.substr(0, kBeginningBytes - beginning_.size()));
    hasNotice_ = beginning_.find("event: millrace.begin\n") != std::string::npos;
  }
  dataLines_ += (last_ == '\n' && bytes.front() == 'd' ? 1 : 0) + lineBeginnings(bytes);
  beforeLast_ = bytes.size() > 1 ? bytes[bytes.size() - 2] : last_;
  last_ = bytes.back();
}

}  // namespace bench
