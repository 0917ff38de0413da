#pragma once

#include "json/json_structure.hpp"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

// The members of one object of a JSON text. Names are compared as they are written; of two of one name, the first counts. Members that are
// looked up in their order cost a comparison each.
class JsonMembers {
 public:
  // False where it is no object, or broken.
  [[nodiscard]] bool read(std::string_view object);
  // Null: there is none.
  [[nodiscard]] const JsonChild* find(std::string_view key);
  [[nodiscard]] const std::vector<JsonChild>& all() const { return list_; }

 private:
  std::vector<JsonChild> list_;
  std::unordered_map<std::string_view, std::size_t> places_;  // made when one of many is asked for out of order
  std::size_t next_ = 0;                                      // behind the one that was found last
};

}  // namespace millrace
