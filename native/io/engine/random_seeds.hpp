#pragma once

#include "core/base/hash.hpp"

#include <cstdint>

namespace millrace {

// Names one life of a hub: the seconds since 1970, and 20 random bits, so that two processes started together differ.
[[nodiscard]] std::uint64_t newEpoch();
[[nodiscard]] HashKey newHashKey();

}  // namespace millrace
