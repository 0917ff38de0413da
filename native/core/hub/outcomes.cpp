#include "core/hub/outcomes.hpp"

namespace millrace {
namespace {

std::string_view faultName(IdFault fault) {
  switch (fault) {
    case IdFault::empty:
      return "idEmpty";
    case IdFault::tooLong:
      return "idTooLong";
    case IdFault::outerSpace:
      return "idOuterSpace";
    case IdFault::reserved:
      return "idReserved";
    case IdFault::control:
    case IdFault::none:
      break;
  }
  return "invalidId";
}

}  // namespace

std::string_view outcomeName(OpenOutcome outcome) {
  switch (outcome) {
    case OpenOutcome::opened:
      return "opened";
    case OpenOutcome::serverFull:
      return "serverFull";
    case OpenOutcome::draining:
      return "draining";
  }
  return "unknown";
}

std::string_view outcomeName(JoinOutcome outcome) {
  switch (outcome) {
    case JoinOutcome::joined:
      return "joined";
    case JoinOutcome::alreadyThere:
      return "alreadyThere";
    case JoinOutcome::closed:
      return "closed";
    case JoinOutcome::channelFull:
      return "channelFull";
    case JoinOutcome::policyFull:
      return "policyFull";
    case JoinOutcome::userFull:
      return "userFull";
    case JoinOutcome::tooManyChannels:
      return "tooManyChannels";
    case JoinOutcome::hubFull:
      return "hubFull";
    case JoinOutcome::policyChannels:
      return "policyChannels";
    case JoinOutcome::denied:
      return "denied";
    case JoinOutcome::tooFast:
      return "tooFast";
  }
  return "unknown";
}

std::string_view refusalName(WriteOutcome outcome, IdFault fault) {
  switch (outcome) {
    case WriteOutcome::written:
      return "written";
    case WriteOutcome::closed:
      return "closed";
    case WriteOutcome::invalidType:
      return "invalidType";
    case WriteOutcome::invalidId:
      return faultName(fault);
    case WriteOutcome::empty:
      return "empty";
    case WriteOutcome::tooLarge:
      return "tooLarge";
    case WriteOutcome::dataTooLarge:
      return "dataTooLarge";
    case WriteOutcome::overloaded:
      return "overloaded";
    case WriteOutcome::hubFull:
      return "hubFull";
    case WriteOutcome::policyChannels:
      return "policyChannels";
    case WriteOutcome::channelClosed:
      return "channelClosed";
    case WriteOutcome::rateLimited:
      return "rateLimited";
    case WriteOutcome::userRateLimited:
      return "userRateLimited";
  }
  return "unknown";
}

std::string_view stateName(PublishState state) {
  switch (state) {
    case PublishState::sent:
      return "sent";
    case PublishState::held:
      return "held";
    case PublishState::merged:
      return "merged";
  }
  return "unknown";
}

}  // namespace millrace
