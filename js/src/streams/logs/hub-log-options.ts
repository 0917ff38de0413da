import type { ChannelPolicy } from "../../server/hub-api.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import { type CheckedLogOptions, checkLogOptions, type LogOptions } from "./options.js";
import { roomPolicy } from "./room-policy.js";

/** What was said of the rooms of a hub, in this process: what lets people in is never absent in one copy of a module. */
export class HubLogOptions {
  #given: LogOptions = {};
  #checked: CheckedLogOptions = checkLogOptions({});
  #policy: ChannelPolicy | undefined;

  /** Of the hub of this name. */
  static of(hubName: string): HubLogOptions {
    const all = globalThis as { [ALL]?: Map<string, HubLogOptions> };
    all[ALL] ??= new Map();
    let options = all[ALL].get(hubName);
    if (options === undefined) {
      options = new HubLogOptions();
      all[ALL].set(hubName, options);
    }
    return options;
  }

  get checked(): CheckedLogOptions {
    return this.#checked;
  }

  /** Of the rooms' channels. */
  get policy(): ChannelPolicy {
    this.#policy ??= roomPolicy(this.#given.policy ?? {}, this.#checked.agentTypes);
    return this.#policy;
  }

  /** Everything else stays as it was said. Throws a TypeError; nothing has changed then. */
  add(options: LogOptions): void {
    const given = { ...this.#given, ...withoutUndefined(options) };
    this.#checked = checkLogOptions(given);
    this.#given = given;
    this.#policy = undefined;
  }
}

const ALL = Symbol.for("millrace.logs.1");
