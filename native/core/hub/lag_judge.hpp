#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/endings.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/subscriber.hpp"

namespace millrace {

// Decides what becomes of subscribers that do not keep up. One that is behind its channels has a time to catch up; then its lag
// counts, and one that is beyond its limits is closed as `lagging`, or loses its oldest events, by its options. One that takes
// nothing for too long is closed whatever its lag.
//
// A subscriber that nobody has begun to read is not slow, for its response is still being prepared. The
// snapshot and the history that a client resumes from are held for it as long as it makes progress, however slow its line is.
class LagJudge {
 public:
  // All outlive it.
  LagJudge(Endings& endings, Deadlines& deadlines, const HubOptions& options)
      : endings_(endings), deadlines_(deadlines), options_(options) {}

  // The subscriber has taken everything that it was given.
  static void noteProgress(Subscriber& subscriber);
  // The subscriber has taken a part of it.
  static void notePartialProgress(Subscriber& subscriber);
  // It has not taken all there is: its time to catch up begins, or goes on.
  void noteBehind(Subscriber& subscriber, Instant now);
  // It is behind at the end of its owner's turn: closes it, or drops its oldest events, if it is beyond its limits.
  void judge(Subscriber& subscriber, Instant now);

  // Its time to catch up is over.
  void runCatchUp(Subscriber& subscriber, Instant now);
  // It has taken nothing for as long as it may.
  void runStall(Subscriber& subscriber, Instant now);

 private:
  [[nodiscard]] static bool isNearlyEvicted(const Subscriber& subscriber);

  Endings& endings_;
  Deadlines& deadlines_;
  const HubOptions& options_;
};

}  // namespace millrace
