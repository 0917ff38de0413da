#pragma once

#include "load/group.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

// Carries out the commands, one line of JSON each; every one is answered with its `id`:
//   {"id":1,"do":"connect","group":"a","port":8080,"path":"/","connections":1000, …GroupOptions}   when all are open
//   {"id":2,"do":"expect","group":"a","events":500,"timeoutMs":10000}                              when all have them
//   {"id":3,"do":"stall","group":"a","count":1}  resume  mark  stats  close                          at once
class Control {
 public:
  explicit Control(int epoll) : epoll_(epoll) {}

  void onLine(std::string_view text);
  void onTick();

 private:
  const int epoll_;
  std::map<std::string, std::unique_ptr<Group>> groups_;
};

}  // namespace bench
