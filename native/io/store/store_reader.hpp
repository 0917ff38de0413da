#pragma once

#include "core/log/log_store.hpp"
#include "io/store/channel_table.hpp"
#include "io/store/segment_table.hpp"
#include "io/store/sqlite_connection.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace millrace {

// Reads channels' events over a connection of its own, which it has for its lifetime.
//
// Not thread-safe, but may be used while another connection writes; takeDamage() is for any thread.
class StoreReader {
 public:
  explicit StoreReader(std::unique_ptr<SqliteConnection> connection);

  [[nodiscard]] bool isReady() const { return channels_.isReady() && segments_.isReady(); }

  // As LogStore's.
  [[nodiscard]] StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes);
  // As LogStore's; 0 when it cannot be read, for nothing lies before that.
  [[nodiscard]] std::uint64_t beforeLast(std::string_view channel, std::uint64_t events, std::uint64_t through);

  // Whether it has found since the last time that an index is damaged, which can be made again.
  [[nodiscard]] bool takeDamage() { return hasDamage_.exchange(false); }

 private:
  std::unique_ptr<SqliteConnection> connection_;
  ChannelTable channels_;
  SegmentTable segments_;
  std::atomic<bool> hasDamage_ = false;
};

}  // namespace millrace
