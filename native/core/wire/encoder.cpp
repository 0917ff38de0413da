#include "core/wire/encoder.hpp"

#include "core/wire/line_scan.hpp"

namespace millrace {
namespace {

constexpr std::string_view kForbidden{"\r\n\0", 3};

bool isFieldSafe(std::string_view value) { return value.find_first_of(kForbidden) == std::string_view::npos; }

void appendLine(std::string_view field, std::string_view value, std::string& out) {
  out.append(field).append(": ").append(value).push_back('\n');
}

// Writes each line of the text with the same prefix; CRLF, CR and LF end a line.
void appendLines(std::string_view prefix, std::string_view text, std::string& out) {
  while (true) {
    const std::size_t end = findLineEnd(text);
    out.append(prefix).append(text.substr(0, end)).push_back('\n');
    if (end == std::string_view::npos) {
      return;
    }
    const bool crlf = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (crlf ? 2 : 1));
  }
}

}  // namespace

EncodeOutcome encodeEvent(const EventFields& fields, std::string& out) {
  if (!isFieldSafe(fields.type)) {
    return EncodeOutcome::invalidType;
  }
  if (fields.id && !isFieldSafe(*fields.id)) {
    return EncodeOutcome::invalidId;
  }
  if (fields.isEmpty()) {
    return EncodeOutcome::empty;
  }
  const bool hasType = !fields.type.empty();
  if (fields.isRaw && fields.data) {
    out.append("raw\n");
  }
  if (hasType) {
    appendLine("event", fields.type, out);
  }
  if (fields.id) {
    appendLine("id", *fields.id, out);
  }
  if (fields.retry) {
    appendLine("retry", std::to_string(*fields.retry), out);
  }
  if (fields.data || hasType) {
    appendLines("data: ", fields.data.value_or(std::string_view{}), out);
  }
  out.push_back('\n');
  return EncodeOutcome::encoded;
}

void encodeComment(std::string_view text, std::string& out) {
  appendLines(": ", text, out);
  out.push_back('\n');
}

void encodeHeartbeat(std::string_view text, std::string& out) {
  std::string comment = "heartbeat";
  if (!text.empty()) {
    comment.append(" ").append(text);
  }
  encodeComment(comment, out);
}

void encodeCursor(std::string_view id, std::string& out) {
  appendLine("id", id, out);
  out.push_back('\n');
}

void encodeRetry(std::uint32_t millis, std::string& out) {
  appendLine("retry", std::to_string(millis), out);
  out.push_back('\n');
}

}  // namespace millrace
