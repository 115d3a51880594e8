/** Waits for a change of a file in some folders, gathered until whoever writes has finished. */
import { watch } from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

/** Milliseconds without another change. */
const quiet = 200;

export class Changes {
  #watchers;
  #isChanged = false;
  #hasEnded = false;
  #timer;
  #wake;

  /** In these folders of the repository. */
  constructor(folders) {
    this.#watchers = folders.map((folder) =>
      watch(path.join(root, folder), { recursive: true }, () => this.#heard()),
    );
  }

  /** Since the last one that was told of, or as soon as there is one; or the end. */
  async next() {
    if (!this.#isChanged && !this.#hasEnded) {
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isChanged = false;
  }

  end() {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#wake?.();
  }

  #heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isChanged = true;
      this.#wake?.();
    }, quiet);
  }
}
