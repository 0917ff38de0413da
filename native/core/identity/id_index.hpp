#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

// Where the ids that the application gave stand in the hub's sequence. It remembers the newest kMost of them, by their
// hashes, so that a client can resume from one whatever the channel it was published in; an older one is unknown.
class IdIndex {
 public:
  static constexpr std::size_t kMost = 16384;

  // Of one id that was given twice, the later sequence counts.
  void remember(std::string_view id, std::uint64_t sequence);
  [[nodiscard]] std::optional<std::uint64_t> find(std::string_view id) const;

 private:
  struct Given {
    std::uint64_t hash = 0;
    std::uint64_t sequence = 0;
  };

  std::unordered_map<std::uint64_t, std::uint64_t> sequences_;  // by hash
  std::vector<Given> ring_;                                     // in the order of arrival, grown up to kMost
  std::size_t next_ = 0;                                        // in the ring once it is full
};

}  // namespace millrace
