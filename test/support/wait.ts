/** Waiting in tests: for a condition, for an event, for something to be recorded; each wait has a limit and says what it saw. */

import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds until the wait fails. */
  timeout?: number;
  /** What was waited for, or a function that can also say what was seen instead. */
  message?: string | (() => string);
}

/** Long, because other runs may keep the machine busy: what comes, comes sooner. */
const defaultTimeout = 30_000;

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Asks again and again until the answer is truthy, and returns that answer. It is for what announces itself by
 * no event; a probe that throws has not succeeded yet, and its last error becomes the cause of the failure.
 */
export async function waitFor<T>(
  probe: () => T | Promise<T>,
  options: WaitOptions & { interval?: number } = {},
): Promise<Truthy<Awaited<T>>> {
  const { timeout = defaultTimeout, interval = 20 } = options;
  const trace = traceOf(waitFor);
  const end = performance.now() + timeout;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await probe();
      if (answer) return answer as Truthy<Awaited<T>>;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) throw timedOut(timeout, options.message, trace, cause);
    await sleep(interval);
  }
}

/** The arguments of the next such event (of the first that `where` accepts). */
export function eventOrTimeout(
  emitter: EventEmitter,
  event: string,
  options: WaitOptions & { where?: (...args: unknown[]) => boolean } = {},
): Promise<unknown[]> {
  const {
    timeout = defaultTimeout,
    message = `the event "${event}"`,
    where = () => true,
  } = options;
  const trace = traceOf(eventOrTimeout);
  return new Promise((resolve, reject) => {
    const heard = (...args: unknown[]) => {
      if (where(...args)) settle(() => resolve(args));
    };
    const timer = setTimeout(
      () => settle(() => reject(timedOut(timeout, message, trace))),
      timeout,
    );
    const settle = (how: () => void) => {
      clearTimeout(timer);
      emitter.off(event, heard);
      how();
    };
    emitter.on(event, heard);
  });
}

/** A list that grows while a test runs and that the test can wait on. */
export class Recording<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  add(item: T): void {
    this.items.push(item);
    for (const look of [...this.#waiting]) look();
  }

  clear(): void {
    this.items.length = 0;
  }

  /** What `find` makes of the items, as soon as it makes anything but undefined of them. */
  waitUntil<R>(
    find: (items: readonly T[]) => R | undefined,
    options: WaitOptions = {},
  ): Promise<R> {
    const { timeout = defaultTimeout, message } = options;
    const trace = traceOf(this.waitUntil);
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = () => {
        let found: R | undefined;
        try {
          found = find(this.items);
        } catch (error) {
          stop();
          reject(error);
          return;
        }
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(timedOut(timeout, message, trace));
      }, timeout);
      this.#waiting.add(look);
      look();
    });
  }
}

/** Where the wait began: by the time it fails, the stack leads to a timer and not to the test. */
function traceOf(caller: (...args: never[]) => unknown): string {
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, caller);
  return (at.stack ?? '').split('\n').slice(1).join('\n');
}

function timedOut(
  timeout: number,
  message: WaitOptions['message'],
  trace: string,
  cause?: unknown,
): Error {
  const what = typeof message === 'function' ? message() : (message ?? 'the condition');
  const error = new Error(`waited ${timeout} ms in vain for ${what}`, cause ? { cause } : {});
  error.stack = `Error: ${error.message}\n${trace}`;
  return error;
}
