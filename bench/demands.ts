/** What is demanded of a flow, and whether measurements show it. */
import { remembered } from './contestants/flow';
import type { MemorySample } from './meter';
import { slope } from './statistics';
import type { ValidationCost } from './validation';

/** Microseconds for an event of about 1 kB. */
const maxValidation = 3;

/** Of the yardstick's rate. */
const minRatio = 0.8;

/**
 * Bytes for each event, over the second half of the run, when all that fills up by design is full. What is kept of
 * every event costs a reference to it at least, which is 8 bytes in the heap; outside the heap it would be a
 * Buffer, of which the smallest costs more than 64. (The resident memory also swings by some megabytes with what
 * the collector has handed back; 64 bytes are 16 MB in 250,000 events.)
 */
const maxHeapGrowth = 8;
const maxRssGrowth = 64;

export interface Judgement {
  readonly met: boolean;
  /** One sentence. */
  readonly text: string;
}

export function judgeRatio(ratio: number): Judgement {
  const met = ratio >= minRatio;
  return {
    met,
    text: `Rate: ${ratio.toFixed(2)} × raw amqplib; at least ${minRatio.toFixed(2)} is demanded: ${met ? 'reached' : 'MISSED'}.`,
  };
}

export function judgeBackPressure(mostUnacked: number, prefetch: number): Judgement {
  const met = mostUnacked <= prefetch;
  return {
    met,
    text: `On their way at once: ${mostUnacked} events; ${prefetch} are allowed: ${met ? 'kept' : 'EXCEEDED'}.`,
  };
}

export function judgeValidation({ size, reading, builtIn, own, worst }: ValidationCost): Judgement {
  const met = builtIn <= maxValidation;
  return {
    met,
    text:
      `Checking data: +${builtIn.toFixed(2)} µs (worst round ${worst.toFixed(2)}) for an event of ${size.toFixed(0)} bytes, ` +
      `which is read in ${reading.toFixed(2)} µs; a user's own schema: +${own.toFixed(2)} µs; ` +
      `at most ${maxValidation} are demanded of the built-in ones: ${met ? 'reached' : 'MISSED'}.`,
  };
}

export function judgeMemory(samples: readonly MemorySample[]): Judgement {
  const events = samples.at(-1)?.events ?? 0;
  const half = samples.filter((sample) => sample.events >= events / 2);
  if (events / 2 < 2 * remembered || half.length < 4) {
    return {
      met: false,
      text: `Memory: ${events} events are too few to tell; at least ${4 * remembered} are needed.`,
    };
  }
  const heap = slope(half.map((sample) => [sample.events, sample.heap]));
  const rss = slope(half.map((sample) => [sample.events, sample.rss]));
  const met = heap < maxHeapGrowth && rss < maxRssGrowth;
  return {
    met,
    text:
      `Memory over the second half of ${events} events: heap ${signed(heap)} bytes per event (below ${maxHeapGrowth}), ` +
      `resident ${signed(rss)} (below ${maxRssGrowth}): ${met ? 'flat' : 'NOT FLAT'}.`,
  };
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
