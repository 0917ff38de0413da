import type { IncomingMessage, ServerResponse } from "node:http";
import { type ControlOptions, control } from "../http/control.js";
import {
  type ChannelUpdate,
  type DisconnectMatch,
  type DisconnectOptions,
  deny,
  disconnect,
  update,
} from "./revoke.js";

/** What a hub does about who reads it, once they read. */
export class HubAccess {
  readonly name: string;

  /** @internal */
  constructor(name: string) {
    this.name = name;
  }

  /**
   * Ends streams now, in whichever thread of this process, and says how many. Their clients are told, and do not come back unless they may; functions that are
   * registered with `register` end, too, and those of `subscribe` do not.
   *
   * @throws TypeError for a match that names nobody.
   * @example
   * hub.disconnect({ userId: "ada" }, { reason: "The account was locked" });
   * hub.disconnect({ where: { session: "x1" } }, { mayReturn: true }); // it has other rights now
   */
  disconnect(match: DisconnectMatch, options: DisconnectOptions = {}): number {
    return disconnect(this.name, match, options);
  }

  /**
   * Ends the user's streams, and lets the user in no more for so many milliseconds (403), in place of what was said before; 0: from now on again. Says how many
   * streams it has ended.
   *
   * @throws SSEError `OVERLOADED` where 100,000 users are kept out.
   */
  deny(userId: string, forMs: number): number {
    return deny(this.name, userId, forMs);
  }

  /**
   * Has a stream read other channels from now on: all of them or, where one cannot be joined, nothing changes. Nobody is asked: that is the caller's. Its client does
   * not know of it, and comes back for the route's channels.
   *
   * @param connection - the stream's `id`.
   * @throws SSEError `STREAM_CLOSED` where there is none, and what {@link registerConnection} throws.
   */
  update(connection: string, change: ChannelUpdate): void {
    update(this.name, connection, change);
  }

  /**
   * Answers the POST by which a client has its stream read other channels (`client.subscribe`, `unsubscribe`), where the route that opened the stream says
   * `control: true`. `authorize` is asked each time, with the channels that are joined; without one nobody may. With Node's request and response it answers by the
   * latter. Requests from pages of other origins are refused, unless `origins` has theirs.
   *
   * @example
   * export const GET = (request: Request) => hub.response(request, { channels: ["news"], control: true });
   * export const POST = (request: Request) => hub.control(request);
   */
  control(request: Request, options?: ControlOptions): Promise<Response>;
  control(req: IncomingMessage, res: ServerResponse, options?: ControlOptions): Promise<void>;
  control(
    request: Request | IncomingMessage,
    second?: ControlOptions | ServerResponse,
    third?: ControlOptions,
  ): Promise<unknown> {
    return control(this.name, request, second, third);
  }
}
