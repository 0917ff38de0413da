#pragma once

#include "core/base/instant.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

namespace millrace {

// A thread with an event loop, one timer, and turns that any thread can ask for.
//
// Thread-safe: wake(), arm(), and posting to context(), from any thread.
class EventThread {
 public:
  // What it does, on its thread.
  struct Work {
    std::function<void()> turn;
    std::function<void()> tick;
    // An exception came out of an operation: memory was wanting. Must not throw.
    std::function<void()> recover;
  };

  explicit EventThread(Work work) : work_(std::move(work)) {}

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  // Throws where no thread can be had.
  void start();
  // Runs `last` on the thread, and waits for its end.
  void stop(std::function<void()> last);

  // Runs a turn soon; once, however often it is called before that begins.
  void wake();
  // Runs the tick after so long, and not when it was armed for before.
  void arm(Millis delay);

 private:
  void run();

  const Work work_;
  std::atomic<bool> isTurnPosted_ = false;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  std::thread thread_;
};

}  // namespace millrace
