#include "json/json_members.hpp"

#include <algorithm>

namespace millrace {

bool JsonMembers::read(std::string_view object) {
  JsonChildren children(object);
  while (const JsonChild* const child = children.next()) {
    list_.push_back(*child);
  }
  return jsonKindOf(object) == JsonKind::object && !children.isBroken();
}

const JsonChild* JsonMembers::find(std::string_view key) {
  constexpr std::size_t kFew = 8;
  if (next_ < list_.size() && list_[next_].key == key) {
    return &list_[next_++];
  }
  if (list_.size() <= kFew) {
    const auto found = std::find_if(list_.begin(), list_.end(), [key](const JsonChild& one) { return one.key == key; });
    next_ = static_cast<std::size_t>(found - list_.begin()) + 1;
    return found == list_.end() ? nullptr : &*found;
  }
  if (places_.empty()) {
    for (std::size_t at = 0; at < list_.size(); ++at) {
      places_.emplace(list_[at].key, at);
    }
  }
  const auto found = places_.find(key);
  if (found == places_.end()) {
    return nullptr;
  }
  next_ = found->second + 1;
  return &list_[found->second];
}

}  // namespace millrace
