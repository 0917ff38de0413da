import { withoutUndefined } from "../../shared/without-undefined.js";
import { type CheckedLogOptions, checkLogOptions, type LogOptions } from "./options.js";

/** What was said of the rooms of a hub, in this process: what lets people in is never absent in one copy of a module. */
export class HubLogOptions {
  #given: LogOptions = {};
  #checked: CheckedLogOptions = checkLogOptions({});

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

  get given(): LogOptions {
    return this.#given;
  }

  get checked(): CheckedLogOptions {
    return this.#checked;
  }

  /** Everything else stays as it was said. Throws a TypeError; nothing has changed then. */
  add(options: LogOptions): void {
    const given = { ...this.#given, ...withoutUndefined(options) };
    this.#checked = checkLogOptions(given);
    this.#given = given;
  }
}

const ALL = Symbol.for("millrace.logs.1");
