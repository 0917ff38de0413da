import { createHub } from "millrace";

export const hub = createHub({ name: "bench", limits: { connections: 20_000 } });
export const channels = ["bench"];

export const millrace = {
  publish: ({ channel, event, data }) => hub.publish(channel, { event, data }),
  connections: () => hub.stats().connections,
};
