#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The JSON text in at most so many bytes (from 64). In each object and array the largest values are cut first, down to the size of
// the others: strings at their ends, between two code points; lists of more than sixteen elements behind the first ones that fit in. What was cut
// is said in its place: "…[cut 1234 bytes]", "…[cut 99 items]", and as a member where members had to go. The members `message`, `level`,
// `timestamp`, ids (`id`, `userId`, `room_id`) and those that `keep` names are cut only where they alone are too much.
//
// None where the text is no JSON. The time is that of reading the text once, and n log n of the values in each object that is cut.
[[nodiscard]] std::optional<std::string> truncateJson(std::string_view json, std::size_t bytes,
                                                      const std::vector<std::string>& keep);

// The same of a plain text: its beginning, and how much was cut.
[[nodiscard]] std::string truncateText(std::string_view text, std::size_t bytes);

}  // namespace millrace
