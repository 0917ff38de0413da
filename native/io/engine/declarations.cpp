#include "io/engine/declarations.hpp"

namespace millrace {

std::vector<std::string> Declarations::declare(const Options& options, bool areNewer) {
  std::vector<std::string> differing;
  for (const auto& [name, value] : options) {
    const auto said = options_.find(name);
    if (said != options_.end() && said->second != value) {
      differing.push_back(name);
    }
  }
  if (differing.empty() || areNewer) {
    for (const auto& [name, value] : options) {
      options_[name] = value;
    }
  }
  return differing;
}

}  // namespace millrace
