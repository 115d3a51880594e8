/** Counts events inside a contestant's process, and measures time, processor and memory between the first and the last. */
import type { Job } from './contestant';

export interface Measurement {
  /** From the first measured event to the last. */
  readonly seconds: number;
  /** Processor time of the whole process in the meantime, all threads: microseconds. */
  readonly cpu: number;
  /** The most memory the process has had, in bytes. */
  readonly peakRss: number;
  readonly samples: readonly MemorySample[];
}

/** Taken after a full garbage collection; bytes. */
export interface MemorySample {
  /** Measured events so far. */
  readonly events: number;
  readonly heap: number;
  /** Buffers and the like, outside the heap. */
  readonly external: number;
  readonly rss: number;
}

export class Meter {
  readonly #job: Job;
  readonly #samples: MemorySample[] = [];
  #count = 0;
  /** The count at which there is something to do. */
  #next: number;
  #startedAt = 0n;
  #startedCpu = process.cpuUsage();

  constructor(job: Job) {
    this.#job = job;
    this.#next = job.warmUp;
  }

  /** One more event. Called for every one, so it does nothing but count until there is something to do. */
  count(): void {
    this.#count += 1;
    if (this.#count === this.#next) this.#milestone();
  }

  #milestone(): void {
    const { warmUp, events, sampleEvery } = this.#job;
    const measured = this.#count - warmUp;
    const seconds = Number(process.hrtime.bigint() - this.#startedAt) / 1e9;
    const { user, system } = process.cpuUsage(this.#startedCpu);
    if (sampleEvery !== undefined) this.#sample(measured);
    if (measured === events) {
      this.#report({ seconds, cpu: user + system });
      return;
    }
    this.#next = warmUp + Math.min(measured + (sampleEvery ?? events), events);
    if (measured > 0) return;
    this.#startedCpu = process.cpuUsage();
    this.#startedAt = process.hrtime.bigint();
  }

  #report(taken: Pick<Measurement, 'seconds' | 'cpu'>): void {
    const peakRss = process.resourceUsage().maxRSS * 1024;
    const measurement: Measurement = { ...taken, peakRss, samples: this.#samples };
    process.send?.(measurement);
  }

  #sample(events: number): void {
    if (!globalThis.gc) throw new Error('Memory is only sampled in a process with --expose-gc.');
    globalThis.gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    this.#samples.push({ events, heap: heapUsed, external, rss });
  }
}

const variable = 'BENCH_JOB';

export function jobToEnvironment(job: Job): Record<string, string> {
  return { [variable]: JSON.stringify(job) };
}

export function jobFromEnvironment(): Job {
  const text = process.env[variable];
  if (!text) throw new Error('This program is started by the benchmark, not by hand.');
  return JSON.parse(text) as Job;
}

/** Whatever ends the benchmark, even a kill, must not leave a contestant behind. */
export function endWithTheBenchmark(): void {
  process.once('disconnect', () => process.exit(1));
}
