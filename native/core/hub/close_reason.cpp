#include "core/hub/close_reason.hpp"

namespace millrace {

std::string_view closeReasonName(CloseReason reason) {
  switch (reason) {
    case CloseReason::closed:
      return "closed";
    case CloseReason::disconnected:
      return "disconnected";
    case CloseReason::lagging:
      return "lagging";
    case CloseReason::durationCap:
      return "duration_cap";
    case CloseReason::unread:
      return "unread";
    case CloseReason::completed:
      return "completed";
    case CloseReason::draining:
      return "draining";
    case CloseReason::refused:
      return "refused";
    case CloseReason::expired:
      return "expired";
    case CloseReason::revoked:
      return "revoked";
    case CloseReason::moved:
      return "moved";
  }
  return "unknown";
}

}  // namespace millrace
