#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sim {

enum class StepKind : std::uint8_t {
  publish,  // an event
  burst,    // many
  send,     // an event for one connection
  turn,     // an owner looks at what it was woken for
  read,     // what a client has is sent on its way
  receive,  // some of what is on its way arrives
  cut,      // a connection breaks; the server may notice later
  notice,   // the server notices it
  tick,     // a client whose time has come connects
  pass,     // a part of a second
  jump,     // minutes
  suspend,  // the machine was suspended: hours
  clock,    // somebody sets the clock
  store,    // the thread that writes takes work, does it, or tells of it
  fetch,    // the thread that reads, likewise
  stop,     // the server ends as it should, and is started again
  kill,     // the server is killed, and started again
  power,    // the machine loses its power, and is started again
  start,    // a server that could not open its store tries again
  drain,    // the server is to end in some seconds
  forget,   // a channel's events are to go
  close,    // a channel is closed
  fault,    // the disk begins to fail
  heal,     // and works again
  flip,     // a bit in the files is another one; only in schedules of damage
};
inline constexpr std::size_t kStepKinds = static_cast<std::size_t>(StepKind::flip) + 1;

[[nodiscard]] std::string_view nameOf(StepKind kind);

// What happens, and a number that everything in it that is random follows from. So steps can be left out, and the others stay as they were.
struct Step {
  StepKind kind = StepKind::publish;
  std::uint32_t seed = 0;

  friend bool operator==(const Step&, const Step&) = default;
};

enum class DiskKind : std::uint8_t { memory, sqlite };

// What a simulation does, from its first step to its last.
struct Schedule {
  std::uint64_t seed = 0;  // what server and clients are like
  DiskKind disk = DiskKind::memory;
  std::vector<Step> steps;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// So many steps as they come for a seed. `disk`: none is chosen by the seed.
[[nodiscard]] Schedule makeSchedule(std::uint64_t seed, std::size_t steps, std::optional<DiskKind> disk = {});

// As a text of several lines, which parseSchedule() reads. Lines that begin with # are comments.
[[nodiscard]] std::string textOf(const Schedule& schedule);
[[nodiscard]] std::optional<Schedule> parseSchedule(std::string_view text);

}  // namespace millrace::sim
