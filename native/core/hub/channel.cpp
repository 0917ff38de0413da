#include "core/hub/channel.hpp"

#include "core/hub/connection.hpp"

#include <algorithm>

namespace millrace {

bool Channel::isVoid() const {
  return log.isEmpty() && members.empty() && log.evictedThrough() == lostBefore && isAtRest();
}

bool Channel::isAtRest() const {
  return !hasNews && !isToSpread && !isSpreading && !isUndeflated && !awaitsTrim && inFlight == 0;
}

std::size_t Channel::recipients(std::uint64_t typeHash) const {
  const auto found = wanted.find(typeHash);
  return connections() - filtered + (found == wanted.end() ? 0 : found->second);
}

void Channel::countOwner(OwnerId owner) {
  const auto found =
      std::find_if(owners.begin(), owners.end(), [&](const Share& share) { return share.owner == owner; });
  if (found == owners.end()) {
    owners.push_back({owner, 1});
  } else {
    ++found->members;
  }
}

void Channel::discountOwner(OwnerId owner) {
  const auto found =
      std::find_if(owners.begin(), owners.end(), [&](const Share& share) { return share.owner == owner; });
  if (found != owners.end() && --found->members == 0) {
    owners.erase(found);
  }
}

void Channel::discountType(std::uint64_t typeHash) {
  const auto found = wanted.find(typeHash);
  if (found != wanted.end() && --found->second == 0) {
    wanted.erase(found);
  }
}

void Channel::trimBefore(Cursor cursor) {
  for (std::size_t at = 0; tornMembers > 0 && at < members.size(); ++at) {
    members[at]->holdRestBefore(*this, cursor);
  }
  log.trimBefore(cursor);
}

}  // namespace millrace
