#include "core/hub/class_metrics.hpp"

namespace millrace {

void RefusalCounts::add(std::string_view code) {
  const auto known = counts_.find(code);
  if (known != counts_.end()) {
    ++known->second;
  } else {
    ++counts_[counts_.size() < kMostCodes ? std::string(code) : "OTHER"];
  }
}

}  // namespace millrace
