#include "core/base/unix_time.hpp"

#include <algorithm>
#include <cstdint>

namespace millrace {
namespace {

void append(std::int64_t number, std::size_t digits, std::string& out) {
  const std::string text = std::to_string(number);
  out.append(digits - std::min(digits, text.size()), '0').append(text);
}

}  // namespace

std::string isoTime(UnixTime time) {
  using std::chrono::floor;
  // What four digits of a year can say.
  const UnixTime first = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
  const UnixTime last = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1) - Millis{1};
  const UnixTime shown = std::clamp(time, first, last);
  const auto day = floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(shown - day);
  std::string text;
  append(int{date.year()}, 4, text);
  append(unsigned{date.month()}, 2, text += '-');
  append(unsigned{date.day()}, 2, text += '-');
  append(clock.hours().count(), 2, text += 'T');
  append(clock.minutes().count(), 2, text += ':');
  append(clock.seconds().count(), 2, text += ':');
  append(clock.subseconds().count(), 3, text += '.');
  return text += 'Z';
}

}  // namespace millrace
