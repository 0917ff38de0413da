#include "core/session/type_filter.hpp"

namespace millrace {

TypeFilter TypeFilter::only(std::string_view lines) {
  TypeFilter filter;
  filter.add(lines);
  return filter;
}

bool TypeFilter::passes(std::string_view type) const {
  if (isAll_) {
    return true;
  }
  std::string_view rest = lines_.view();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (rest.substr(0, end) == type) {
      return true;
    }
    rest.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace millrace
