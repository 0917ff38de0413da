#include "core/log/replay.hpp"

#include "core/wire/encoder.hpp"

namespace millrace {

std::string_view verdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::continued:
      return "continued";
    case Verdict::gap:
      return "gap";
    case Verdict::reset:
      return "reset";
  }
  return "reset";
}

void encodeVerdict(Verdict verdict, std::string& out) {
  std::string data = R"({"verdict":")";
  data.append(verdictName(verdict)).append("\"}");
  EventFields fields;
  fields.type = kVerdictType;
  fields.data = data;
  static_cast<void>(encodeEvent(fields, out));  // cannot fail: both fields are ours
}

}  // namespace millrace
