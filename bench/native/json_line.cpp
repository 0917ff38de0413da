#include "native/json_line.hpp"

#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

std::string_view withoutSpace(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// Takes a token off the front: a string with its quotes, or what stands up to the next delimiter.
std::optional<std::string_view> takeValue(std::string_view& text) {
  text = withoutSpace(text);
  if (text.empty() || text.front() == '{' || text.front() == '[')
    return std::nullopt;
  std::size_t end = 0;
  if (text.front() == '"') {
    end = 1;
    while (end < text.size() && text[end] != '"')
      end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size())
      return std::nullopt;
    ++end;
  } else {
    end = text.find_first_of(",} \t\r\n");
    if (end == std::string_view::npos)
      return std::nullopt;
  }
  const auto value = text.substr(0, end);
  text = withoutSpace(text.substr(end));
  return value;
}

std::string unquoted(std::string_view quoted) {
  std::string result;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\')
      ++i;  // paths and names: only \" and \\ occur
    result += quoted[i];
  }
  return result;
}

}  // namespace

std::optional<JsonLine> JsonLine::parse(std::string_view text) {
  JsonLine result;
  text = withoutSpace(text);
  if (text.empty() || text.front() != '{')
    return std::nullopt;
  text = withoutSpace(text.substr(1));
  while (!text.empty() && text.front() != '}') {
    const auto key = takeValue(text);
    if (!key || key->front() != '"' || text.empty() || text.front() != ':')
      return std::nullopt;
    text.remove_prefix(1);
    const auto value = takeValue(text);
    if (!value)
      return std::nullopt;
    result.raw_[unquoted(*key)] = std::string(*value);
    if (!text.empty() && text.front() == ',')
      text = withoutSpace(text.substr(1));
  }
  return text.empty() ? std::nullopt : std::optional(result);
}

std::string JsonLine::text(const std::string& key, const std::string& otherwise) const {
  const auto found = raw_.find(key);
  return found == raw_.end() || found->second.front() != '"' ? otherwise : unquoted(found->second);
}

std::int64_t JsonLine::number(const std::string& key, std::int64_t otherwise) const {
  const auto found = raw_.find(key);
  return found == raw_.end() ? otherwise : std::strtoll(found->second.c_str(), nullptr, 10);
}

bool JsonLine::flag(const std::string& key) const {
  const auto found = raw_.find(key);
  return found != raw_.end() && found->second == "true";
}

JsonLine& JsonLine::set(const std::string& key, std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  raw_[key] = quoted + '"';
  return *this;
}

JsonLine& JsonLine::set(const std::string& key, std::int64_t number) {
  raw_[key] = std::to_string(number);
  return *this;
}

JsonLine& JsonLine::set(const std::string& key, bool value) {
  raw_[key] = value ? "true" : "false";
  return *this;
}

std::string JsonLine::line() const {
  std::string result = "{";
  for (const auto& [key, value] : raw_)
    result += (result.size() > 1 ? ",\"" : "\"") + key + "\":" + value;
  return result + "}\n";
}

void answer(const JsonLine& line) {
  std::fputs(line.line().c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace bench
