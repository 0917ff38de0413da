/** Reads the strings of each event, as a user would, and shows whether two parsers gave the same ones. */
export class Counter {
  events = 0;
  characters = 0;
  checksum = 0;
  #everyCharacter;

  /** @param everyCharacter the checksum is of everything; otherwise of some characters, which costs next to nothing */
  constructor({ everyCharacter = false } = {}) {
    this.#everyCharacter = everyCharacter;
  }

  add(type, data, id) {
    this.events += 1;
    this.characters += type.length + data.length + id.length;
    // An engine may have put off joining data's lines; to read one character makes it do so.
    this.checksum =
      (Math.imul(this.checksum, 31) +
        type.charCodeAt(0) +
        data.charCodeAt(0) +
        data.charCodeAt(data.length - 1) +
        id.charCodeAt(id.length - 1)) |
      0;
    if (this.#everyCharacter) for (const text of [type, data, id]) this.#addAll(text);
  }

  get counts() {
    return `${this.events} events, ${this.characters} characters, checksum ${this.checksum >>> 0}`;
  }

  #addAll(text) {
    let checksum = this.checksum;
    for (let at = 0; at < text.length; at += 1) checksum = (Math.imul(checksum, 31) + text.charCodeAt(at)) | 0;
    this.checksum = Math.imul(checksum, 31);
  }
}
