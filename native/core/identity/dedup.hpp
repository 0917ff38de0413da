#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace millrace {

enum class Sighting : std::uint8_t { fresh, repeat };

// Remembers the last N ids, oldest out first, in constant memory: 8 bytes of hash and 16 of table an id, allocated at once.
// A repeat does not renew its place. Two different ids are taken for one with a probability of N / 2^64 an id.
class DedupWindow {
 public:
  static constexpr std::size_t kMostIds = std::size_t{1} << 20U;

  // `ids`: 0 remembers nothing, so everything is fresh; more than kMostIds are kMostIds.
  explicit DedupWindow(std::size_t ids);

  // Says whether the id is in the window, and puts it there when it is not.
  [[nodiscard]] Sighting see(std::string_view id);

 private:
  [[nodiscard]] std::size_t find(std::uint64_t hash) const;  // its slot, or the free one where it would go
  void forget(std::uint64_t hash);

  std::size_t ids_;
  std::size_t slots_;                       // a power of two
  std::unique_ptr<std::uint64_t[]> ring_;   // in the order of arrival; 0: not used yet
  std::unique_ptr<std::uint64_t[]> table_;  // open addressing, linear probing, at most half full; 0: free
  std::size_t next_ = 0;                    // in the ring
};

}  // namespace millrace
