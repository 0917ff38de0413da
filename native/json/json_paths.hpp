#pragma once

#include "json/secret_span.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// Values of a JSON text by their paths from the top: "user.*.token", where each part is a member's name, an element's number, or `*` for
// any. At most 64 paths of at most 32 parts; what is beyond is ignored.
class JsonPaths {
 public:
  explicit JsonPaths(const std::vector<std::string>& paths);

  // Appends what the paths name in the text.
  void find(std::string_view json, std::vector<SecretSpan>& found) const;

 private:
  using Live = std::uint64_t;  // a bit for each path that may still lead somewhere
  struct Walk {
    std::string_view json;
    std::vector<SecretSpan>& found;
  };

  [[nodiscard]] bool mayConcern(std::string_view json) const;
  // Gives where the value ends.
  std::size_t walk(const Walk& walk, std::size_t at, std::size_t depth, Live live) const;
  [[nodiscard]] bool endsHere(std::size_t depth, Live live) const;
  [[nodiscard]] Live next(std::string_view name, std::size_t depth, Live live) const;

  std::vector<std::vector<std::string>> paths_;
  std::vector<std::string> needles_;  // one of them is in every text that a path concerns
  bool concernsAll_ = false;          // a path has no name that could be looked for
};

}  // namespace millrace
