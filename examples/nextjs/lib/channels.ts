/** The channels that one page listens to, all over one connection. Its chat's channel has a name of the page's own. */
export function eventsUrl(tab: string): string {
  return `/api/events?${new URLSearchParams({ channels: `notify,stats,${chatChannel(tab)}` })}`;
}

export function chatChannel(tab: string): string {
  return `chat:${tab}`;
}

const MOST_CHANNELS = 8;
const CHANNEL = /^(notify|stats|chat:[A-Za-z0-9-]{1,64})$/;
const TAB = /^[A-Za-z0-9-]{1,64}$/;

/** The channels in `?channels=`, or null where that names none, too many, or one that there is not. */
export function parseChannels(query: string | null): string[] | null {
  const channels = [...new Set(query?.split(",") ?? [])];
  const isFit = channels.length > 0 && channels.length <= MOST_CHANNELS && channels.every((name) => CHANNEL.test(name));
  return isFit ? channels : null;
}

export function isTab(value: unknown): value is string {
  return typeof value === "string" && TAB.test(value);
}
