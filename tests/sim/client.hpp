#pragma once

#include "core/session/receiver.hpp"
#include "core/session/session.hpp"
#include "sim/client_check.hpp"
#include "sim/link.hpp"
#include "sim/server.hpp"
#include "sim/world.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace millrace::sim {

// A browser: a Receiver and a Session, the bytes on their way to it, and a check of every event that is delivered.
class Client {
 public:
  // Both outlive it.
  Client(World& world, const Habits& habits);

  // 0: none.
  [[nodiscard]] SubscriberId connection() const { return connection_; }
  [[nodiscard]] const Habits& habits() const { return habits_; }
  [[nodiscard]] bool hasJoined() const { return connection_ != 0 && hasJoined_; }
  // There is something for it to take.
  [[nodiscard]] bool isReadable() const { return isReadable_; }
  void becomesReadable() { isReadable_ = true; }
  [[nodiscard]] bool hasBytesOnTheWay() const { return !link_.isEmpty(); }
  // It has connected and has all there is, or was told that nothing follows.
  [[nodiscard]] bool isAtRest(Server& server) const;

  // Connects when it is time to. `isPatient`: it may stay away for now.
  void tick(Server& server, Random& random, bool isPatient = true);
  // The server's side takes what there is for this client, and sends it on its way.
  void read(Server& server, Random& random);
  // Some of what is on its way arrives.
  void receive(Random& random);
  // The connection breaks: of what is on its way only a beginning arrives. The server notices at once, or later.
  void cut(Server& server, Random& random);
  // The server notices connections that broke. `id`: one of them, which it has to close.
  void notice(Server& server);
  [[nodiscard]] bool noticeIf(Server& server, SubscriberId id);
  // As cut(), but everything arrives.
  void end(Server& server, Random& random);
  // The server has died.
  void loseServer(Random& random);

  [[nodiscard]] std::size_t delivered() const { return before_.delivered + check_->delivered(); }
  [[nodiscard]] std::size_t notices() const { return before_.notices + check_->notices(); }
  void checkNothingIsMissing() const { check_->checkNothingIsMissing(); }

 private:
  struct Sums {
    std::size_t delivered = 0;
    std::size_t notices = 0;
  };

  void beAnother(Random& random);
  void connect(Server& server, Random& random);
  void join(Server& server, std::size_t channel, std::size_t last);
  [[nodiscard]] OpenOptions optionsFor(const std::string& id, Random& random) const;
  [[nodiscard]] std::string idToComeWith(Random& random) const;
  void feed(const std::string& bytes, const Chunk& from, bool& isFirst);
  void arriveInPart(Random& random);
  void lose(Random& random);

  World& world_;
  const Habits& habits_;
  std::unique_ptr<Receiver> receiver_;
  Session session_;
  std::unique_ptr<ClientCheck> check_;
  SubscriberId connection_ = 0;
  std::vector<SubscriberId> broken_;  // connections that the server has not noticed to be gone
  bool isReadable_ = false;
  bool hasJoined_ = false;
  bool hasResumed_ = false;
  Link link_;
  std::vector<std::string> idsSeen_;
  Sums before_;  // of what it was before
};

}  // namespace millrace::sim
