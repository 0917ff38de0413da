#pragma once

#include "core/hub/link_pace.hpp"

namespace millrace {

// What the system knows of a TCP connection; of another socket nothing, which is a link without fault.
[[nodiscard]] LinkState readLinkState(int descriptor);

}  // namespace millrace
