/** Keeps in a file of the user directory when nothing could be heard of the vehicles of one consumer. */
import fs from 'node:fs';
import path from 'node:path';
import { errorText } from '../../../src/errors/error-text';
import { fileNameOf, readPrivate, writePrivate } from '../../../src/files/private-files';
import type { HearingMemory, HearingStorage } from '../../../src/hearing/consumer-hearing';

export class HearingFile implements HearingStorage {
  readonly #file: string;
  #isWarned = false;

  constructor(
    userDir: string,
    consumer: string,
    private readonly warn: (text: string) => void,
  ) {
    this.#file = path.join(userDir, 'invers', `consumer-${fileNameOf(consumer)}.json`);
  }

  load(): HearingMemory | undefined {
    try {
      const { heardUntil, deaf } = JSON.parse(readPrivate(this.#file).toString()) as HearingMemory;
      const isTime = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
      const isWhole = deaf.every((time) => time.length === 2 && time.every(isTime));
      return isTime(heardUntil) && isWhole ? { heardUntil, deaf } : undefined;
    } catch {
      // not there yet, or somebody else has written there: what was before this process is not known
      return undefined;
    }
  }

  save(memory: HearingMemory): void {
    try {
      writePrivate(this.#file, JSON.stringify(memory));
    } catch (error) {
      if (this.#isWarned) return;
      this.#isWarned = true;
      this.warn(
        `Cannot remember in ${this.#file} when vehicles could not be heard: ${errorText(error)}`,
      );
    }
  }

  remove(): void {
    fs.rmSync(this.#file, { force: true });
  }
}
