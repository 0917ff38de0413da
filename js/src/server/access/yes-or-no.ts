import { describe } from "../../shared/arguments.js";
import { reportOnce } from "../observe/report.js";

/**
 * What a function of the application has answered that says whether a client may: anything but `true` is no, and anything but `true` and `false` is reported,
 * once.
 *
 * @param what - the function, as its author knows it.
 */
export function isYes(hubName: string, what: string, answer: unknown, channels?: readonly string[]): boolean {
  reportOther(hubName, what, answer, channels);
  return answer === true;
}

/** The same of a function that says whether a client may not: anything but `false` is yes. */
export function isNo(hubName: string, what: string, answer: unknown, channels?: readonly string[]): boolean {
  reportOther(hubName, what, answer, channels);
  return answer === false;
}

function reportOther(hubName: string, what: string, answer: unknown, channels?: readonly string[]): void {
  if (typeof answer === "boolean") return;
  const problem = `${what} must answer true or false, not ${describe(answer)}; the client was refused`;
  reportOnce(hubName, "authorize", problem, channels);
}
