/** Says once in the log where others may write to the folder in which topics keep what outlives Node-RED. */

import path from 'node:path';
import type { NodeAPI } from 'node-red';
import { warningOfOpenFolder } from '../../../src/files/private-files';
import { warn } from './say';

export class FolderWarnings {
  #isTold = false;

  constructor(private readonly RED: NodeAPI) {}

  look(): void {
    if (this.#isTold) return;
    const warning = warningOfOpenFolder(path.join(this.RED.settings.userDir ?? '.', 'invers'));
    if (warning === undefined) return;
    this.#isTold = true;
    warn(this.RED.log, warning);
  }
}
