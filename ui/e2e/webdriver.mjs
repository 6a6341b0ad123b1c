/**
 * A WebDriver client in plain JSON over HTTP: as much of it as one suite needs.
 * Waits are for a condition and name it when it never came.
 */
import { writeFile } from 'node:fs/promises';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class Session {
  #at;

  /** @param {string} at the session's address */
  constructor(at) {
    this.#at = at;
  }

  /** Opens a session of a driver at `address` with these capabilities. */
  static async open(address, capabilities) {
    const value = await call('POST', `${address}/session`, {
      capabilities: { alwaysMatch: capabilities },
    });
    return new Session(`${address}/session/${value.sessionId}`);
  }

  close() {
    return call('DELETE', this.#at);
  }

  go(url) {
    return call('POST', `${this.#at}/url`, { url });
  }

  resize(width, height) {
    return call('POST', `${this.#at}/window/rect`, { width, height });
  }

  /** Runs a function's source in the page; arguments and answer are JSON. */
  run(script, ...args) {
    return call('POST', `${this.#at}/execute/sync`, { script, args });
  }

  /** As `run`; the source calls its last argument with the answer. */
  runAsync(script, ...args) {
    return call('POST', `${this.#at}/execute/async`, { script, args });
  }

  async screenshot(path) {
    const data = await call('GET', `${this.#at}/screenshot`);
    await writeFile(path, Buffer.from(data, 'base64'));
  }

  /** The first element a CSS selector finds, or null. */
  async find(selector) {
    const found = await call('POST', `${this.#at}/elements`, {
      using: 'css selector',
      value: selector,
    });
    return found.length > 0 ? found[0][ELEMENT] : null;
  }

  async text(selector) {
    const element = await this.find(selector);
    return element === null ? null : call('GET', `${this.#at}/element/${element}/text`);
  }

  /** Waits for an element, then clicks it. */
  async click(selector) {
    const element = await this.until(`${selector} is there`, () => this.find(selector));
    await call('POST', `${this.#at}/element/${element}/click`, {});
  }

  /** Waits for a field, empties it and types into it. */
  async type(selector, text) {
    const element = await this.until(`${selector} is there`, () => this.find(selector));
    await call('POST', `${this.#at}/element/${element}/clear`, {});
    await call('POST', `${this.#at}/element/${element}/value`, { text });
  }

  /** Presses keys on whatever has the focus. */
  async press(...keys) {
    const actions = [
      ...keys.map((value) => ({ type: 'keyDown', value })),
      ...keys.toReversed().map((value) => ({ type: 'keyUp', value })),
    ];
    await call('POST', `${this.#at}/actions`, { actions: [{ type: 'key', id: 'keys', actions }] });
  }

  /** Asks until the answer is truthy, which it resolves to; says what it waited for when it never is. */
  async until(what, ask, timeoutMs = 90_000) {
    const deadline = Date.now() + timeoutMs;
    let last;
    while (Date.now() < deadline) {
      try {
        last = await ask();
        if (last) return last;
      } catch (error) {
        last = error;
      }
      await new Promise((resume) => setTimeout(resume, 100));
    }
    throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what} (last: ${last})`);
  }
}

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${url}: ${value?.error}: ${value?.message}`);
  return value;
}
