#pragma once

#include "core/base/instant.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/hub.hpp"
#include "io/engine/stored_journal.hpp"
#include "io/store/position_mark.hpp"
#include "io/store/store_opening.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace millrace {

class Engine;

// Where a hub's durable log is.
struct StoreSettings {
  std::string file;       // an absolute path
  Millis batchEvery{10};  // events of batch channels are on disk after so long

  bool operator==(const StoreSettings&) const = default;
};

// How a hub's store does.
struct StoreHealth {
  bool isFailing = false;      // the last write or opening failed; what waits is tried again
  std::uint64_t failures = 0;  // writes that failed
  std::string message;         // of the last one, or of what was set aside when it was opened
  std::string setAside;        // see StoreOpening
};

// A hub's store in this process: opened when the hub is used first, written by one thread in group commits, and read by another.
//
// Thread-safe: every method, from any thread. Its lock is taken after the engine's, never before.
class HubStore {
 public:
  // The engine outlives it.
  HubStore(Engine& engine, std::size_t hub) : engine_(engine), hub_(hub) {}
  ~HubStore();
  HubStore(const HubStore&) = delete;
  HubStore& operator=(const HubStore&) = delete;
  HubStore(HubStore&&) = delete;
  HubStore& operator=(HubStore&&) = delete;

  // `used`: the hub has been used without a store. `different`: it has another one.
  enum class Configured : std::uint8_t { done, used, different };
  [[nodiscard]] Configured configure(const StoreSettings& settings);

  [[nodiscard]] bool isConfigured() const { return stage_.load(std::memory_order_acquire) != Stage::none; }

  // The hub is about to be used: opens the store, if it has one and it is not open. Says whether the hub may be used.
  [[nodiscard]] bool ensureOpen() {
    const Stage stage = stage_.load(std::memory_order_acquire);
    return stage == Stage::none || stage == Stage::open || open();
  }
  // What only the store has of the channel is read, in this thread, so that it can be used: what its document is; the newest of its events, too;
  // the keys under which some were published. False: it cannot be read now.
  [[nodiscard]] bool warmDocument(std::string_view channel);
  [[nodiscard]] bool warm(std::string_view channel);
  [[nodiscard]] bool warmKeys(std::string_view channel);

  // What the store has of a journal; none: it cannot be read now. After ensureOpen().
  [[nodiscard]] std::optional<StoredJournal> readJournal(const std::string& name);

  // Why not, as a sentence.
  [[nodiscard]] std::string fault();
  [[nodiscard]] StoreHealth health();

  // Something has happened in the hub. Under the engine's lock.
  void noteChanged(Hub& hub);
  // The process ends, perhaps: everything is written, and that nothing newer was given. The next use goes on.
  void rest();

 private:
  enum class Stage : std::uint8_t { none, closed, open, resting };

  // What a thread of the store waits for.
  struct Bell {
    std::condition_variable condition;
    bool isRung = false;
    bool isUrgent = false;
  };

  bool open();
  bool openFile();
  bool startThreads();
  void stopThreads();
  void begin(const StoreOpening& opening);
  bool markInUse();
  void ring(Bell& bell, bool isUrgent);
  bool wait(Bell& bell, Millis delay);
  void write();
  void writeAll();
  void read();
  [[nodiscard]] SharedPiece read(const ReadJob& job);
  bool noteOutcome(StoreOutcome outcome);
  [[nodiscard]] bool isOpen() const { return stage_.load(std::memory_order_acquire) == Stage::open; }
  bool noteUnreadable(std::string_view why);

  Engine& engine_;
  const std::size_t hub_;
  std::atomic<Stage> stage_ = Stage::none;

  std::mutex openMutex_;  // taken before the engine's lock; guards:
  StoreSettings settings_;
  std::string fault_;
  Instant retryAt_;  // of an opening that has failed

  // Made when it is opened, then the threads':
  std::unique_ptr<SqliteLogStore> store_;
  PositionMark mark_;
  WallClock clock_;
  std::mutex storeMutex_;  // who writes
  std::mutex readMutex_;   // who reads

  std::mutex mutex_;  // guards:
  Bell writing_;
  Bell reading_;
  StoreHealth health_;
  bool isStopping_ = false;

  std::thread writer_;
  std::thread reader_;
};

}  // namespace millrace
