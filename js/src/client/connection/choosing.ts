import { SSEError } from "../../shared/errors.js";
import { SSEErrorEvent } from "../stream/events.js";
import { ask, refusalOf } from "../transport/fetch-transport.js";
import type { Subscriptions } from "../transport/subscriptions.js";
import type { DriverContext, StreamDriver } from "./stream-driver.js";

/** What loads what few clients need: the channels that they choose themselves. */
export class Choosing {
  readonly #context: DriverContext;
  readonly #driver: Pick<StreamDriver, "standing" | "reconnect">;
  #loading: Promise<Subscriptions> | undefined;

  constructor(context: DriverContext, driver: Pick<StreamDriver, "standing" | "reconnect">) {
    this.#context = context;
    this.#driver = driver;
  }

  async choose(channel: string, isWanted: boolean): Promise<void> {
    this.#loading ??= this.#load();
    const subscriptions = await this.#loading;
    await (isWanted ? subscriptions.subscribe(channel) : subscriptions.unsubscribe(channel));
  }

  async #load(): Promise<Subscriptions> {
    const { url, options, requests, dispatcher } = this.#context;
    const driver = this.#driver;
    try {
      const { Subscriptions } = await import("../transport/subscriptions.js");
      // What the page has loaded already is given: a module that imports it would have bundlers cut it into smaller files.
      return new Subscriptions({
        ...{ url, options, wire: requests.chosen, driver, ask, refusalOf, SSEError },
        tell: (error) => dispatcher.dispatch(new SSEErrorEvent(error)),
      });
    } catch (cause) {
      this.#loading = undefined;
      throw new SSEError("CONNECTION_FAILED", "The client could not be loaded", { cause });
    }
  }
}
