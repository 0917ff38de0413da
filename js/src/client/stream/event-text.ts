/** One event of a stream (WHATWG HTML 9.2.5), for what did not come as one to go through the receiver all the same. */
export function toEventText(type: string, data: string, id: string | undefined, isRaw = false): string {
  const idLine = id === undefined ? "" : `id: ${idValue(id)}\n`;
  // Every line end the parser knows, or what follows a lone CR would be a field of its own.
  const dataLines = data.split(/\r\n|[\r\n]/).map((text) => `data: ${text}\n`);
  return `${isRaw ? "raw\n" : ""}event: ${line(type)}\n${idLine}${dataLines.join("")}\n`;
}

/** Sets the cursor, and delivers nothing. */
export function toCursorText(id: string): string {
  return `id: ${idValue(id)}\n\n`;
}

function line(text: string): string {
  return text.replace(/[\r\n]/g, "");
}

/** SUB stands for what no line can hold, so that the id is still another than all others, and still none to resume from. */
function idValue(id: string): string {
  return id.replace(/[\r\n\0]/g, "\x1a");
}
