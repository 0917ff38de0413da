#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bench {

// Lines from a pipe that is read when epoll says so.
class LineReader {
 public:
  enum class State { open, ended };

  // Reads once and calls `onLine` for each line that is complete.
  State readFrom(int descriptor, const std::function<void(std::string_view)>& onLine);

 private:
  std::string pending_;
};

}  // namespace bench
