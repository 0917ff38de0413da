#pragma once

#include "core/base/instant.hpp"
#include "io/net/unique_descriptor.hpp"

namespace millrace {

// A descriptor of its own for a TCP socket that somebody else may close at any time: a closed number is reused for another
// client's socket, and one client's events would reach another. Also sets TCP_NODELAY. None when there is no such socket, or
// no descriptor left.
[[nodiscard]] UniqueDescriptor duplicateSocket(int descriptor);

// A peer that acknowledges nothing for so long is gone (TCP_USER_TIMEOUT, RFC 5482); 0 and what is above 2^31 ms: as long as
// the system says. Gives what held before; 0 for a socket that has no such time.
int setUserTimeout(int descriptor, Millis timeout);

}  // namespace millrace
