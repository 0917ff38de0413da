#pragma once

#include "core/log/log_store.hpp"
#include "io/net/unique_descriptor.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace millrace {

// How far a hub has come, in a small file that is mapped into memory: noting it costs two stores, and what was noted is there after the
// process was killed, for the kernel has it. After the machine itself has gone down it is not trusted: the file says in which boot it was
// written (Linux's boot_id).
class PositionMark {
 public:
  PositionMark() = default;
  ~PositionMark();
  PositionMark(const PositionMark&) = delete;
  PositionMark& operator=(const PositionMark&) = delete;
  PositionMark(PositionMark&&) = delete;
  PositionMark& operator=(PositionMark&&) = delete;

  // Maps the file, which is made if it is not there. Gives what a process of this boot has noted last; none: nobody knows. Where the system
  // has no such file or cannot map it, note() does nothing.
  [[nodiscard]] std::optional<MarkedPosition> open(const std::string& path);
  // From now on it says this.
  void begin(const MarkedPosition& position);
  // Both only grow.
  void note(std::uint64_t newest, std::uint64_t ahead);

 private:
  struct Layout;

  Layout* mapped_ = nullptr;
};

}  // namespace millrace
