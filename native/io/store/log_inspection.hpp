#pragma once

#include <string>

namespace millrace {

// Whether a write-ahead log may have lost frames that were committed: SQLite takes it up to the first frame that is damaged, and says
// nothing of those behind. The log of a process that was killed is sound in this sense; that of a power cut may not be, and then
// it cannot be told whether what is damaged had been committed. `vfs` is a registered one's name; empty: the system's.
// https://sqlite.org/fileformat2.html#the_write_ahead_log
[[nodiscard]] bool hasDamagedFrames(const std::string& log, const std::string& vfs);

}  // namespace millrace
