#pragma once

#include "core/base/hash.hpp"

#include <array>
#include <cstdint>

namespace millrace {

// Names one life of a hub: the seconds since 1970, and 20 random bits, so that two processes started together differ.
[[nodiscard]] std::uint64_t newEpoch();
[[nodiscard]] HashKey newHashKey();
// 32 bytes that nobody can guess.
[[nodiscard]] std::array<std::uint8_t, 32> newSecret();

}  // namespace millrace
