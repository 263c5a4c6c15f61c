// What was changed and is not yet stored. It is sent in order, one after the other, and tried again until it arrives;
// nothing that was entered is dropped because the network was away.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;

export class Outbox {
  #waiting = [];
  #isSending = false;
  #wait = FIRST_WAIT;
  #timer = 0;

  // `tell(state)` says how it stands: saving, saved, failed or refused. `isWriting()`: something will be sent shortly.
  constructor(tell, isWriting) {
    this.tell = tell;
    window.addEventListener("online", () => this.#retryNow());
    window.addEventListener("beforeunload", (event) => {
      if (this.isBusy || isWriting()) {
        event.preventDefault();
      }
    });
  }

  get isBusy() {
    return this.#isSending || this.#waiting.length > 0;
  }

  has(key) {
    return this.#waiting.some((letter) => letter.key === key);
  }

  // A letter has a key, `request()` that makes what is sent, and `answered(response, text)`. A letter that waits under
  // the same key is replaced: the newest value is what counts.
  post(letter) {
    const index = this.#waiting.findIndex((other, place) => other.key === letter.key && !(this.#isSending && place === 0));
    if (index >= 0) {
      this.#waiting[index] = letter;
    } else {
      this.#waiting.push(letter);
    }
    this.tell("saving");
    this.#send();
  }

  async #send() {
    if (this.#isSending || this.#waiting.length === 0) {
      return;
    }
    this.#isSending = true;
    const letter = this.#waiting[0];
    let state = "saved";
    try {
      const { url, options } = letter.request();
      const response = await fetch(url, options);
      if (response.status >= 500 || response.status === 429 || response.url.includes("/accounts/")) {
        throw new Error(`answered ${response.status}`);
      }
      const text = await response.text();
      this.#waiting.shift();
      this.#wait = FIRST_WAIT;
      this.#isSending = false;
      state = response.ok ? "saved" : "refused";
      letter.answered(response, text, this.#waiting.some((other) => other.key === letter.key));
    } catch {
      this.#isSending = false;
      this.tell("failed");
      letter.stuck?.();
      this.#timer = window.setTimeout(() => this.#send(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
      return;
    }
    if (this.#waiting.length > 0) {
      this.#send();
    } else {
      this.tell(state);
    }
  }

  #retryNow() {
    window.clearTimeout(this.#timer);
    this.#wait = FIRST_WAIT;
    this.#send();
  }
}
