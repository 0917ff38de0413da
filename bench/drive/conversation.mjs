// Questions and answers with ids, over whatever carries lines or messages.

/** `send(message)` carries a question; give answers to `onAnswer`, and call `fail` when the other side ends. */
export class Conversation {
  #send;
  #waiting = new Map();
  #lastId = 0;
  #failure;

  constructor(send) {
    this.#send = send;
  }

  ask(message) {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ id, ...message });
    return answer;
  }

  onAnswer({ id, ...answer }) {
    this.#waiting.get(id)?.resolve(answer);
    this.#waiting.delete(id);
  }

  fail(error) {
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
