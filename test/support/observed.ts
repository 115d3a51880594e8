/** What a test sees of a running Node-RED, in this process or in another one: its logs, statuses and messages. */

import { isDeepStrictEqual } from 'node:util';
import type { NodeMessageInFlow, NodeStatus } from 'node-red';
import { Recording, type WaitOptions } from './wait.js';

export interface LogEntry {
  level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** The text, as Node-RED would print it. */
  message: string;
  /** The node that wrote it, if it was a node. */
  id?: string;
  type?: string;
  time: number;
}

export interface SeenStatus extends NodeStatus {
  time: number;
}

/** What Node-RED tells the test that runs it. */
export type Observation =
  | { kind: 'log'; entry: LogEntry }
  | { kind: 'status'; id: string; status: NodeStatus }
  | { kind: 'message'; id: string; message: NodeMessageInFlow }
  | { kind: 'flows'; state: 'stopped' | 'started' }
  /** The flows could not be started. */
  | { kind: 'flows'; state: 'failed'; reason: string };

export type Observer = (observation: Observation) => void;

/** Some of a status: what is not named does not matter, and a text may be given as a pattern. */
export interface StatusPattern {
  fill?: NodeStatus['fill'];
  shape?: NodeStatus['shape'];
  text?: string | RegExp | undefined;
}

/** What a sink has received. It outlives redeploys, until a flow without that sink is deployed. */
export class Sink {
  readonly #recording = new Recording<NodeMessageInFlow>();
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  get messages(): NodeMessageInFlow[] {
    return this.#recording.items;
  }

  /** All messages, as soon as there are at least `count`. */
  waitFor(count: number, timeout?: number): Promise<NodeMessageInFlow[]> {
    return this.#recording.waitUntil((seen) => (seen.length >= count ? [...seen] : undefined), {
      ...limit(timeout),
      message: () => `${count} messages at the sink ${this.#id}: ${this.messages.length} came`,
    });
  }

  /** What `find` makes of the messages, as soon as it makes anything but undefined of them. */
  waitUntil<R>(find: (seen: readonly NodeMessageInFlow[]) => R | undefined): Promise<R> {
    return this.#recording.waitUntil(find, { message: () => `messages at the sink ${this.#id}` });
  }

  clear(): void {
    this.#recording.clear();
  }

  record(message: NodeMessageInFlow): void {
    this.#recording.add(message);
  }
}

export abstract class ObservedNodeRed {
  protected readonly log = new Recording<LogEntry>();
  protected readonly flows = new Recording<Extract<Observation, { kind: 'flows' }>>();
  protected readonly history = new Map<string, Recording<SeenStatus>>();
  protected readonly sinks = new Map<string, Sink>();

  /** What was logged since the last deploy began. */
  get logs(): readonly LogEntry[] {
    return this.log.items;
  }

  /** The first log entry, since the last deploy began, that fits. */
  waitForLog(fits: (entry: LogEntry) => boolean, timeout?: number): Promise<LogEntry> {
    return this.log.waitUntil((entries) => entries.find(fits), {
      ...limit(timeout),
      message: () => `a log entry; there were:\n${this.logText('info')}`,
    });
  }

  /** All statuses of the node that runs now under this id, in order, from its start on. */
  statuses(id: string): readonly SeenStatus[] {
    return this.#statusesOf(id).items;
  }

  /** The node's status, now or as soon as it fits. */
  waitForStatus(
    id: string,
    wanted: StatusPattern | ((status: SeenStatus) => boolean),
    timeout?: number,
  ): Promise<SeenStatus> {
    const fits = typeof wanted === 'function' ? wanted : (seen: SeenStatus) => agrees(seen, wanted);
    const current = (seen: readonly SeenStatus[]) => {
      const last = seen.at(-1);
      return last && fits(last) ? last : undefined;
    };
    const what = typeof wanted === 'function' ? 'that fits' : describe(wanted);
    return this.#statusesOf(id).waitUntil(current, {
      ...limit(timeout),
      message: () =>
        `a status ${what} of node ${id}; it had: ${this.statuses(id).map(describe).join(', ') || 'none'}`,
    });
  }

  sink(id: string): Sink {
    const known = this.sinks.get(id);
    if (known) return known;
    const sink = new Sink(id);
    this.sinks.set(id, sink);
    return sink;
  }

  /** Resolves when the flows run, rejects when Node-RED says why they do not. */
  protected async flowsStarted(timeout?: number): Promise<void> {
    const result = await this.flows.waitUntil((seen) => seen.find((s) => s.state !== 'stopped'), {
      ...limit(timeout),
      message: () => `the flows to start; the log says:\n${this.logText('info')}`,
    });
    if (result.state === 'failed') {
      throw new Error(`The flows did not start: ${result.reason}\n${this.logText('warn')}`);
    }
  }

  protected observe(observation: Observation): void {
    switch (observation.kind) {
      case 'log':
        this.log.add(observation.entry);
        break;
      case 'status':
        this.#statusesOf(observation.id).add({ ...observation.status, time: Date.now() });
        break;
      case 'message':
        this.sink(observation.id).record(observation.message);
        break;
      case 'flows':
        this.flows.add(observation);
        break;
    }
  }

  protected logText(upTo: 'warn' | 'info'): string {
    const shown = ['fatal', 'error', 'warn', ...(upTo === 'info' ? ['info'] : [])];
    return this.logs
      .filter(({ level }) => shown.includes(level))
      .map(({ level, message }) => `  ${level}: ${message}`)
      .join('\n');
  }

  #statusesOf(id: string): Recording<SeenStatus> {
    const known = this.history.get(id);
    if (known) return known;
    const recording = new Recording<SeenStatus>();
    this.history.set(id, recording);
    return recording;
  }
}

function limit(timeout: number | undefined): WaitOptions {
  return timeout === undefined ? {} : { timeout };
}

function agrees(seen: SeenStatus, wanted: StatusPattern): boolean {
  return (Object.keys(wanted) as Array<keyof StatusPattern>).every((key) => {
    const expected = wanted[key];
    const actual = seen[key];
    if (expected instanceof RegExp) return expected.test(actual ?? '');
    return isDeepStrictEqual(actual, expected);
  });
}

function describe({ fill, shape, text }: StatusPattern): string {
  return `[${[fill, shape, text && String(text)].filter(Boolean).join(' ') || 'empty'}]`;
}
