#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// The text of a JSON object with more members, `"a":1,"b":2`, behind its own: of members of one name the last counts (ECMA-262, 25.5.1).
// None where the text is no object.
[[nodiscard]] std::optional<std::string> withMembers(std::string_view json, std::string_view members);

}  // namespace millrace
