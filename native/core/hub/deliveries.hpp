#pragma once

#include "core/base/instant.hpp"

namespace millrace {

class Subscriber;

// Counts in the metrics of the channels' classes what a connection has just taken: each event once, and once for each channel how long
// the oldest of them was on its way. That begins with its append or, where it was there before the connection, with that.
void countDelivered(Subscriber& subscriber, Instant now);

}  // namespace millrace
