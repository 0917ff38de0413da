import type { NativeFault, NativeLimited, NativeReceipt, NativeWaiting } from "../../native/native-receipt.js";
import type { StoreFailed } from "../../native/native-store.js";
import type { NativeRefusal } from "../../native/outcomes.js";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { storeFailed, untilAllStored, untilStored } from "../lifecycle/stored.js";
import { accepted } from "./message.js";
import { type PublishReceipt, Receipt } from "./receipt.js";

/** What became of an event that was published in a channel of the hub; throws what `publish` documents. */
export function published(
  hubName: string,
  channel: string,
  outcome: NativeReceipt | NativeWaiting | NativeLimited | NativeFault | NativeRefusal | StoreFailed,
): PublishReceipt {
  if (outcome === "held" || outcome === "merged") {
    return new Receipt(outcome, null, 0, () => untilAllStored(hubName, channel));
  }
  if (outcome === "storeFailed") throw storeFailed(environment().hub(hubName));
  if (typeof outcome === "object" && "fault" in outcome) {
    const { member, fault } = outcome;
    throw new SSEError("INVALID_DATA", fault, { cause: [{ message: fault, path: [member] }] });
  }
  if (typeof outcome === "object" && "refusal" in outcome) throw tooFast(outcome);
  const { id, recipients, sequence, isRepeat } = accepted(outcome);
  const wait = sequence === undefined ? undefined : () => untilStored(hubName, sequence);
  return new Receipt("sent", id, recipients, wait, isRepeat);
}

function tooFast({ refusal, retryAfterMs }: NativeLimited): SSEError {
  const whose = refusal === "rateLimited" ? "The buffer of the channel's rate is full" : "The user publishes too fast";
  const which = refusal === "rateLimited" ? "policy's rate" : "policy's limits.publishesPerUser";
  return new SSEError("RATE_LIMITED", `${whose} (the ${which}); try again in ${retryAfterMs} ms`, { retryAfterMs });
}
