#pragma once

#include "core/identity/id_seal.hpp"

#include <memory>
#include <vector>

namespace millrace {

// AES-128 by the OpenSSL that the process has: Node exports its own, so that no second one comes into the package.
// Null where the process has none, or where that refuses the cipher. Not thread-safe: the engine's lock guards it.
[[nodiscard]] std::shared_ptr<BlockCipher> newOpensslCipher(const std::vector<Block16>& keys);

}  // namespace millrace
