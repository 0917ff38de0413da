import type { RequestLike } from "../../server/hub-api.js";
import { parseJson } from "../../shared/parse-json.js";

/** What the handler of a command is told. */
export interface CommandContext {
  readonly workflowId: string;
  /** Names the command in its answers; the client's. */
  readonly commandId: string;
  /** What came with it. */
  readonly data: unknown;
  /** Whose it is, as the authorizer says. */
  readonly userId: string | undefined;
  readonly request: RequestLike;
  /** Aborted when the time for an answer is over, and the command refused. */
  readonly signal: AbortSignal;
}

/**
 * Does what a client of a workflow asks for. What it throws, and `false` or a text, refuse the command, the text with that as its reason; whatever else
 * it gives accepts it.
 */
export type CommandHandler = (command: string, context: CommandContext) => unknown;

/** What became of a command. */
export type CommandOutcome = { readonly isAccepted: true } | { readonly isAccepted: false; readonly reason: string };

/** The body of a command's request. */
export interface CommandBody {
  readonly command: string;
  readonly commandId: string;
  readonly data?: unknown;
}

const LONGEST_NAME = 200;
const LONGEST_REASON = 1000;

/** Undefined where it is none. */
export function readCommand(text: string): CommandBody | undefined {
  const { command, commandId = "", data } = Object(parseJson(text));
  const isName = (value: unknown) => typeof value === "string" && value.length <= LONGEST_NAME;
  return isName(command) && command !== "" && isName(commandId) ? { command, commandId, data } : undefined;
}

/** Asks the handlers, each of which may refuse. */
export async function runCommand(
  handlers: readonly CommandHandler[],
  command: string,
  about: Omit<CommandContext, "signal">,
  timeoutMs: number,
): Promise<CommandOutcome> {
  if (handlers.length === 0) return { isAccepted: false, reason: "Nobody takes commands of this workflow" };
  const late = new AbortController();
  const context = { ...about, signal: late.signal };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<CommandOutcome>((settle) => {
    timer = setTimeout(() => {
      settle({ isAccepted: false, reason: "It took too long" });
      late.abort(new Error("The command took too long"));
    }, timeoutMs);
    timer.unref?.();
  });
  try {
    return await Promise.race([askAll(handlers, command, context), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

async function askAll(
  handlers: readonly CommandHandler[],
  command: string,
  context: CommandContext,
): Promise<CommandOutcome> {
  for (const handler of handlers) {
    const answer: unknown = await handler(command, context);
    if (answer === false) return { isAccepted: false, reason: `"${command}" is not possible now` };
    if (typeof answer === "string") return { isAccepted: false, reason: answer.slice(0, LONGEST_REASON) };
  }
  return { isAccepted: true };
}
