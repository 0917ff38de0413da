/** Encodes an event that came another way (WHATWG HTML 9.2.5), so that the receiver can parse it. */
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

/** Characters that no line can hold become SUB: the id stays unique, and is one that cannot be sent back. */
function idValue(id: string): string {
  return id.replace(/[\r\n\0]/g, "\x1a");
}
