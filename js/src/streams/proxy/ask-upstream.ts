import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/** How long an upstream may take. */
export interface UpstreamTimes {
  /** Until the connection is made. */
  readonly connectMs: number;
  /** From then until its answer begins. */
  readonly headMs: number;
  /** Between two pieces of the answer. */
  readonly silenceMs: number;
}

/** What is asked. */
export interface UpstreamQuestion {
  readonly target: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal;
  readonly times: UpstreamTimes;
}

/** It cannot be reached, takes too long, or answers with what is no answer. */
export class UpstreamFailure extends Error {
  readonly isLate: boolean;

  constructor(message: string, isLate: boolean, cause?: unknown) {
    super(message, { cause });
    this.isLate = isLate;
  }
}

/**
 * Asks an upstream, once: redirects are not followed, and its name is looked up once. Resolves with the head of its answer, whose body is read as it is wanted; one that falls
 * silent is destroyed.
 *
 * @throws UpstreamFailure
 */
export function askUpstream(question: UpstreamQuestion): Promise<IncomingMessage> {
  const { target, method, headers, body, signal, times } = question;
  const ask = target.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own, which is made within its time and ends with it.
    const sent = ask(target, { method, headers, signal, agent: false });
    let given: IncomingMessage | undefined;
    let isConnected = false;
    // Whatever Node tells of it, and whether: what has no answer by now gets none, and an answer that is under way is cut.
    const fail = (failure: UpstreamFailure) => {
      clearTimeout(timer);
      if (given?.complete === false) given.destroy(failure); // else its reader only has not taken all of it
      reject(failure);
      sent.destroy();
    };
    const late = (what: string) => fail(new UpstreamFailure(`The upstream ${what} too late`, true));
    const broken = (cause?: unknown) => {
      const what = isConnected ? "has broken off, or does not speak HTTP" : "cannot be reached";
      fail(new UpstreamFailure(`The upstream ${what}`, false, cause));
    };
    let timer = setTimeout(() => late("was reached"), times.connectMs);
    sent.on("socket", (socket) => {
      socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
        isConnected = true;
        clearTimeout(timer);
        timer = setTimeout(() => late("answered"), times.headMs);
      });
    });
    sent.on("response", (answer) => {
      clearTimeout(timer);
      given = answer;
      answer.setTimeout(times.silenceMs, () => answer.destroy(new UpstreamFailure("The upstream fell silent", true)));
      resolve(answer);
    });
    sent.on("upgrade", (_answer, socket) => {
      socket.destroy();
      fail(new UpstreamFailure("The upstream answers 101: it wants another protocol", false));
    });
    sent.on("error", broken);
    sent.on("close", () => given ?? broken());
    sent.end(body);
  });
}

/** One value of a header. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
