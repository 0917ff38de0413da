#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace millrace {

// Behind the number of a payment card that begins at `at`, where a digit is and none before it: its digits in one piece, or in the
// groups that are printed on cards, with spaces or hyphens between them. Its first digits are those of an issuer with that length
// (ISO/IEC 7812), and its check digit is right (Luhn, annex B there).
[[nodiscard]] std::optional<std::size_t> cardEnd(std::string_view text, std::size_t at);

}  // namespace millrace
