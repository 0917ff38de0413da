#pragma once

#include "io/net/unique_descriptor.hpp"

#include <string>
#include <utility>

namespace millrace {

// A file that one owner at a time has: another process, or another one in this process, is refused. The kernel lets go of it when the
// process ends, however it does; the file stays.
class FileLock {
 public:
  enum class Outcome : unsigned char { locked, busy, failed };

  // Makes the file if there is none. `failed`: errno says why.
  [[nodiscard]] Outcome lock(const std::string& path);

 private:
  UniqueDescriptor file_;
};

}  // namespace millrace
