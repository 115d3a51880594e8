/**
 * Keeps in the user directory that a topic runs, and which events were in the flow when Node-RED ended
 * without a goodbye: two files for each node, the one about events only where there are any.
 */
import fs from 'node:fs';
import path from 'node:path';
import type {
  RunningMark,
  Suspect,
  SuspectStorage,
} from '../../../../src/delivery/attempts/suspects';
import { printable } from '../../../../src/errors/printable';
import { fileNameOf, readPrivate, writePrivate } from '../../../../src/files/private-files';

export class SuspectsFile implements SuspectStorage {
  readonly #markFile: string;
  readonly #suspectsFile: string;
  #warned = false;

  constructor(
    userDir: string,
    nodeId: string,
    private readonly warn: (text: string) => void,
  ) {
    const folder = path.join(userDir, 'invers');
    this.#markFile = path.join(folder, `topic-${fileNameOf(nodeId)}.running.json`);
    this.#suspectsFile = path.join(folder, `topic-${fileNameOf(nodeId)}.suspects.json`);
  }

  loadMark(): RunningMark | 'orderly end' | undefined {
    const { isRunning, prefetch, alone } = asObject(read(this.#markFile));
    if (isRunning === false) return 'orderly end';
    if (isRunning !== true || !isCount(prefetch) || !Array.isArray(alone)) return undefined;
    return { prefetch, alone: alone.filter((id) => typeof id === 'string') };
  }

  saveMark(mark: RunningMark | 'orderly end'): void {
    this.#write(
      this.#markFile,
      mark === 'orderly end' ? { isRunning: false } : { isRunning: true, ...mark },
    );
  }

  load(): ReadonlyMap<string, Suspect> {
    const suspects = new Map<string, Suspect>();
    for (const [id, suspect] of Object.entries(asObject(read(this.#suspectsFile)))) {
      const { ends, isSure, isInFlow, countedAt = 0 } = asObject(suspect);
      if (!isCount(ends) || !isCount(countedAt)) continue;
      suspects.set(id, { ends, isSure: !!isSure, isInFlow: !!isInFlow, countedAt });
    }
    return suspects;
  }

  save(suspects: ReadonlyMap<string, Suspect>): void {
    if (suspects.size > 0) this.#write(this.#suspectsFile, Object.fromEntries(suspects));
    else this.#remove(this.#suspectsFile);
  }

  /** The node is gone for good. */
  remove(): void {
    this.#remove(this.#markFile);
    this.#remove(this.#suspectsFile);
  }

  /** Whole or not at all, whenever the process ends. */
  #write(file: string, content: object): void {
    try {
      writePrivate(file, JSON.stringify(content));
    } catch (error) {
      this.#warnOnce(file, error as Error);
    }
  }

  #remove(file: string): void {
    try {
      fs.rmSync(file, { force: true });
    } catch (error) {
      this.#warnOnce(file, error as Error);
    }
  }

  #warnOnce(file: string, { message }: Error): void {
    if (this.#warned) return;
    this.#warned = true;
    this.warn(
      `Cannot remember in ${file} which events were in the flow when Node-RED ended: ${printable(message)}`,
    );
  }
}

function read(file: string): unknown {
  try {
    return JSON.parse(readPrivate(file).toString());
  } catch {
    // not there, or not ours
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
