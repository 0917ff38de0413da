#include "core/flow/merge_tally.hpp"

#include "core/base/json_object.hpp"

#include <algorithm>

namespace millrace {

void MergeTally::add(UnixTime at) {
  firstAt = count == 0 ? at : firstAt;
  lastAt = std::max(at, firstAt);  // the time of day may have gone back
  ++count;
}

std::optional<std::string> withTally(std::string_view json, const MergeTally& tally) {
  std::string members;
  members.append(R"("count":)").append(std::to_string(tally.count));
  members.append(R"(,"firstAt":")").append(isoTime(tally.firstAt));
  members.append(R"(","lastAt":")").append(isoTime(tally.lastAt)).append(1, '"');
  return withMembers(json, members);
}

}  // namespace millrace
