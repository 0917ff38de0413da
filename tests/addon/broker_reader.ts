import type { Hub } from "../../js/src/server/index.js";
import { environment } from "../../js/src/server/lifecycle/environment.js";
import { toNativeOpenOptions } from "../../js/src/server/stream/options.js";

/** A reader of channels that takes what there is when it is asked. */
export function reading(hub: Hub, channels: readonly string[]) {
  const { binding, id } = environment();
  const native = environment().hub(hub.name);
  const connection = native.open(id, toNativeOpenOptions({}, false, "connection")) as number;
  for (const channel of channels) native.join(connection, channel, undefined, undefined, undefined);
  const receiver = new binding.Receiver(0, Infinity, Infinity);
  return {
    take() {
      const bytes = native.read(connection, 1024 * 1024);
      const items = bytes === null ? [] : receiver.feed(bytes);
      return items.flatMap((item) =>
        item.kind === "event" && !item.type.startsWith("millrace.")
          ? [{ event: item.type, data: item.data, id: item.lastEventId }]
          : [],
      );
    },
    leave: () => native.close(connection),
  };
}
