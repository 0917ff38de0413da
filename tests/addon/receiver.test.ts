import { receiverOptions } from "../../js/src/core/client-options.js";
import { nativeModule } from "../../js/src/native/load-native.js";
import type { ReceiverOptions } from "../../js/src/shared/receiver.js";
import { runReceiverVectors } from "../js/vectors.js";

const { binding } = nativeModule;
if (binding === null) throw new Error("The addon is not built");

runReceiverVectors("addon", {
  createReceiver(options?: ReceiverOptions) {
    const { dedup, maxLineBytes, maxEventBytes, events } = receiverOptions(options);
    return new binding.Receiver(dedup, maxLineBytes, maxEventBytes, events);
  },
});
