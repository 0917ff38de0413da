/** What a message says that it is done. */
const STARTING = words("start starting started begin beginning begun launching initializing initialising preparing");
const ENDED = words("done complete completed completing finish finished success successful successfully ok okay ready");
const FAILED = words("error errors failed failure failing exception problem issue crash crashed oops wrong went");
const DOING = words(
  "processing working running loading handling executing updating sending saving fetching creating generating doing in progress still please wait waiting continuing checking calling performing",
);
/** What could be anything. */
const GENERIC = words(
  "data thing things stuff item items something it this that task job work operation operations process request requests result results value object input output step action everything all now then some info information",
);
const FILLERS = words(
  "a an the is are was were be been has have had of to for with by on at and or not has i we you your our",
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

const KNOWN = [STARTING, ENDED, FAILED, DOING, GENERIC, FILLERS];

/**
 * What is missing in a message that says nearly nothing, such as "Done", "Error", "Starting…" or "Processing data"; undefined where it says something. It knows English;
 * a word that it does not know says something.
 */
export function missingIn(message: string): string | undefined {
  const said = message.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
  if (said.length === 0) return "what has happened";
  if (said.some((word) => !KNOWN.some((known) => known.has(word)))) return undefined;
  const has = (some: ReadonlySet<string>) => said.some((word) => some.has(word));
  if (has(FAILED)) return "what has failed, and why";
  if (has(ENDED)) return "what is done";
  if (has(STARTING)) return "what starts";
  return has(GENERIC) ? "which data, or what of it" : "what is being done";
}
