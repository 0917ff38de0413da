#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The JSON text in at most so many bytes (from 64). In each object and array the largest values are cut first, down to the size of
// the others: strings at their ends, between two code points; arrays of more than sixteen elements behind the first ones that fit in.
// What was cut is said in its place: "…[cut 1234 bytes]", and "…[cut 9 members]" as a member where members had to go. The members
// `message`, `level`, `timestamp`, ids (`id`, `userId`, `room_id`) and those that `keep` names are cut only where they alone are too
// much.
//
// The text must be JSON. It is read once for each level at which something is cut (at most 100), and not at all behind what is cut from an
// array.
[[nodiscard]] std::string truncateJson(std::string_view json, std::size_t bytes, const std::vector<std::string>& keep);

// The same of a plain text: its beginning, and how much was cut.
[[nodiscard]] std::string truncateText(std::string_view text, std::size_t bytes);

}  // namespace millrace
