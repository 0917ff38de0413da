#pragma once

#include "io/engine/engine.hpp"
#include "io/reactor/reactor_pool.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace millrace::test {

// What a JavaScript thread is to the engine: it sleeps until it is woken, takes what its connections have, and settles.
class ReaderThread {
 public:
  // Opens `connections` that read the channel, then reads until each has seen `events` of them.
  ReaderThread(Engine& engine, std::size_t hub, std::string channel, std::size_t connections, std::size_t events);
  ~ReaderThread();
  ReaderThread(const ReaderThread&) = delete;
  ReaderThread& operator=(const ReaderThread&) = delete;
  ReaderThread(ReaderThread&&) = delete;
  ReaderThread& operator=(ReaderThread&&) = delete;

  void waitUntilOpen();
  // Waits for the end; the data of each connection's events, in the order they came.
  std::vector<std::vector<std::string>> join();

 private:
  void run(std::size_t connections);
  void open(std::size_t connections);
  void takeTurn();
  [[nodiscard]] bool isComplete() const;
  void waitForWake();

  Engine& engine_;
  const std::size_t hub_;
  const std::string channel_;
  const std::size_t events_;
  OwnerId owner_ = 0;
  std::map<SubscriberId, std::string> streams_;  // used in thread_ only, until it has ended

  std::mutex mutex_;  // guards:
  bool isWoken_ = false;
  bool isOpen_ = false;
  std::condition_variable changed_;

  std::thread thread_;
};

}  // namespace millrace::test
