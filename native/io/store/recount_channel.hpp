#pragma once

#include "io/store/channel_table.hpp"
#include "io/store/segment_table.hpp"

namespace millrace {

// Counts anew from a channel's segments what its row says of them. Its newest event is the newer one of the row's and the
// segments'. `found`, or why it cannot be counted.
[[nodiscard]] RowOutcome recountChannel(SegmentTable& segments, ChannelRow& row);

// The same for a row that cannot be trusted but for its id and key. Where no segment is left either, the channel's events are lost, and of
// its newest one is known only that no number above `newestGiven` was given.
[[nodiscard]] RowOutcome restoreChannel(SegmentTable& segments, ChannelRow& row, std::uint64_t newestGiven);

}  // namespace millrace
