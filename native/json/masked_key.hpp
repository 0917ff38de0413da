#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// A key that similar events have in common: the event's type and the members of these names in its data ("level", "error.code"). In texts,
// numbers, UUIDs and hashes (eight hexadecimal digits or more, a number among them) are masked. Empty where the data lacks one of them
// whose name does not end with "?".
[[nodiscard]] std::string maskedKey(std::string_view type, std::string_view json,
                                    const std::vector<std::string>& fields);

}  // namespace millrace
