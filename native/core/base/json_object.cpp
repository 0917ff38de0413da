#include "core/base/json_object.hpp"

namespace millrace {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::optional<std::string> withMembers(std::string_view json, std::string_view members) {
  const std::string_view object = trimmed(json);
  if (object.size() < 2 || object.front() != '{' || object.back() != '}') {
    return std::nullopt;
  }
  const bool isEmpty = trimmed(object.substr(1, object.size() - 2)).empty();
  std::string text;
  text.reserve(object.size() + members.size() + 1);
  text.append(object.substr(0, object.size() - 1)).append(isEmpty ? "" : ",").append(members);
  return text += '}';
}

}  // namespace millrace
