#include "io/reactor/event_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

#include <utility>

namespace millrace {

namespace asio = boost::asio;

void EventThread::start() {
  thread_ = std::thread([this] { run(); });
}

void EventThread::stop(std::function<void()> last) {
  asio::post(context_, [this, ending = std::move(last)] {
    ending();
    context_.stop();
  });
  thread_.join();
}

// A woken reactor must not take the processor from the JavaScript thread that has just woken it (sched(7), SCHED_BATCH).
void EventThread::run() {
  const sched_param none{};
  static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none));
  const auto work = asio::make_work_guard(context_);
  while (true) {
    try {
      context_.run();
      return;
    } catch (...) {  // nothing of it leaves the thread
      work_.recover();
    }
  }
}

void EventThread::wake() {
  if (!isTurnPosted_.exchange(true)) {
    asio::post(context_, [this] {
      isTurnPosted_ = false;
      work_.turn();
    });
  }
}

void EventThread::arm(Millis delay) {
  asio::post(context_, [this, delay] {
    timer_.expires_after(delay);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) {
        work_.tick();
      }
    });
  });
}

}  // namespace millrace
