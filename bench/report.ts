/** The figures as people read them: tables in Markdown, ratios first. */
import os from 'node:os';
import type { Measurement, MemorySample } from './meter';
import type { Result } from './runner';
import { median } from './statistics';

/** A figure of one measurement. */
export type Figure = (measurement: Measurement) => number;

/** Events per second. */
export function rateIn(events: number): Figure {
  return ({ seconds }) => events / seconds;
}

/** Microseconds of processor time per event. */
export function cpuIn(events: number): Figure {
  return ({ cpu }) => cpu / events;
}

export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** How many times the yardstick's figure it is, compared within each round. */
export function ratioOf(figure: Figure, result: Result, yardstick: Result): Ratio {
  const ratios = result.measurements.map((measurement, round) => {
    const other = yardstick.measurements[round];
    return other ? figure(measurement) / figure(other) : Number.NaN;
  });
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

export function rateTable(results: readonly Result[], yardstick: Result, events: number): string {
  const rate = rateIn(events);
  const cpu = cpuIn(events);
  const middle = (result: Result, figure: Figure) => median(result.measurements.map(figure));
  return table(
    ['contestant', 'rate', 'CPU per event', 'events/s', 'CPU µs/event', 'peak memory MB'],
    results.map((result) => [
      result.contestant.name,
      times(ratioOf(rate, result, yardstick)),
      times(ratioOf(cpu, result, yardstick)),
      middle(result, rate).toFixed(0),
      middle(result, cpu).toFixed(1),
      megabytes(middle(result, ({ peakRss }) => peakRss)),
    ]),
  );
}

export function memoryTable(samples: readonly MemorySample[]): string {
  return table(
    ['events', 'heap MB', 'outside the heap MB', 'resident MB'],
    samples.map(({ events, heap, external, rss }) => [
      String(events),
      megabytes(heap),
      megabytes(external),
      megabytes(rss),
    ]),
  );
}

export function describeMachine(nodeRed: string, rabbitMq: string): string {
  const cpus = os.cpus();
  return [
    new Date().toISOString().slice(0, 10),
    `${cpus.length} × ${cpus[0]?.model.trim() ?? 'an unknown processor'}`,
    `Node.js ${process.versions.node}`,
    `Node-RED ${nodeRed}`,
    `RabbitMQ ${rabbitMq}`,
    `load before the run ${os.loadavg()[0]?.toFixed(1)}`,
  ].join(', ');
}

export function times({ median, min, max }: Ratio): string {
  return `× ${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [header, rule, ...rows].map(line).join('\n');
}
