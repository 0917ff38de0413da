#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

using Block16 = std::array<std::uint8_t, 16>;

// 16 bytes as 22 characters of base64url without padding (RFC 4648, 5).
[[nodiscard]] std::string toBase64url(const Block16& block);
// Accepts exactly what toBase64url() writes.
[[nodiscard]] std::optional<Block16> fromBase64url(std::string_view text);

}  // namespace millrace
