#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

// What was said of a hub, in whichever thread and copy of a module: its options as texts (JSON), by name, and whether somebody
// is asked who may read. Functions cannot be here: each thread has its own.
//
// Not thread-safe: the engine guards it.
class Declarations {
 public:
  using Options = std::vector<std::pair<std::string, std::string>>;

  // The names of the options that say something else than before. Those replace what was said if `areNewer`; otherwise, if there
  // are any, nothing changes.
  [[nodiscard]] std::vector<std::string> declare(const Options& options, bool areNewer);

  // Whether it is new.
  bool requireAuthorizer() { return !std::exchange(hasAuthorizer_, true); }
  [[nodiscard]] bool hasAuthorizer() const { return hasAuthorizer_; }

 private:
  std::map<std::string, std::string> options_;
  bool hasAuthorizer_ = false;
};

}  // namespace millrace
