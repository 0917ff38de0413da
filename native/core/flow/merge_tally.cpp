#include "core/flow/merge_tally.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

void MergeTally::add(UnixTime at) {
  firstAt = count == 0 ? at : firstAt;
  lastAt = std::max(at, firstAt);  // the time of day may have gone back
  ++count;
}

std::optional<std::string> withTally(std::string_view json, const MergeTally& tally) {
  const std::string_view object = trimmed(json);
  if (object.size() < 2 || object.front() != '{' || object.back() != '}') {
    return std::nullopt;
  }
  std::string text(object.substr(0, object.size() - 1));
  text += trimmed(object.substr(1, object.size() - 2)).empty() ? "" : ",";
  text.append(R"("count":)").append(std::to_string(tally.count));
  text.append(R"(,"firstAt":")").append(isoTime(tally.firstAt));
  text.append(R"(","lastAt":")").append(isoTime(tally.lastAt));
  return text += "\"}";
}

}  // namespace millrace
