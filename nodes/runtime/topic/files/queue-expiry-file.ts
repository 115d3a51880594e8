/**
 * Keeps in a file of the user directory when a queue was last read. The node's context would be the place,
 * but without a configured store Node-RED forgets it at every deploy, and the countdown with it.
 */

import fs from 'node:fs';
import path from 'node:path';
import type { ExpiryMoments, ExpiryStorage } from '../../../../src/delivery/queue-expiry';
import { errorText } from '../../../../src/errors/error-text';
import { fileNameOf, readPrivate, writePrivate } from '../../../../src/files/private-files';

export class QueueExpiryFile implements ExpiryStorage {
  readonly #file: string;
  #warned = false;

  constructor(
    userDir: string,
    nodeId: string,
    private readonly warn: (text: string) => void,
  ) {
    this.#file = path.join(userDir, 'invers', `topic-${fileNameOf(nodeId)}.json`);
  }

  load(): ExpiryMoments {
    try {
      const { aliveAt, warnedAt } = JSON.parse(readPrivate(this.#file).toString());
      return {
        ...(typeof aliveAt === 'number' && { aliveAt }),
        ...(typeof warnedAt === 'number' && { warnedAt }),
      };
    } catch {
      // not there yet, or torn by a crash: the countdown begins anew
      return {};
    }
  }

  save(moments: ExpiryMoments): void {
    try {
      writePrivate(this.#file, JSON.stringify(moments));
    } catch (error) {
      if (this.#warned) return;
      this.#warned = true;
      this.warn(
        `Cannot remember in ${this.#file} when the queue was last read: ${errorText(error)}`,
      );
    }
  }

  /** The node is gone for good. */
  remove(): void {
    try {
      fs.rmSync(this.#file, { force: true });
    } catch {
      // it could never be written either
    }
  }
}
