#pragma once

namespace millrace {

// A descriptor of its own for a TCP socket that somebody else may close at any time: a closed number is reused for another
// client's socket, and one client's events would reach another. Also sets TCP_NODELAY and TCP_USER_TIMEOUT (30 s: a peer
// that acknowledges nothing for so long is gone). -1 when there is no such socket, or no descriptor left.
[[nodiscard]] int duplicateSocket(int descriptor);

}  // namespace millrace
