import { followPresence } from "./follow-presence.js";
import type { SharedClient, TabHost } from "./tab-host.js";
import { shareNameOf } from "./tab-name.js";
import { TabSharing } from "./tab-sharing.js";

/** Undefined where tabs cannot find each other: outside a browser's secure contexts, or where it refuses. */
export function joinTabs({ url, options, clock }: SharedClient, host: TabHost): TabSharing | undefined {
  try {
    const name = shareNameOf(url, options);
    const { locks } = navigator;
    if (name === undefined || locks == null) return undefined;
    const platform = { locks, open: (of: string) => new BroadcastChannel(of), follow: followPresence, clock };
    return new TabSharing(name, host, platform, options.pauseWhenHidden ?? false);
  } catch {
    return undefined;
  }
}
