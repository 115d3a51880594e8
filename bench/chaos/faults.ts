/** Which faults there are, and when in a run each of them happens. */

export const faultKinds = ['nodeRedKill', 'brokerKill', 'reset', 'redisRestart', 'deploy'] as const;

export type FaultKind = (typeof faultKinds)[number];

/** How often each of them happens. */
export type FaultCounts = Readonly<Record<FaultKind, number>>;

export interface PlannedFault {
  readonly kind: FaultKind;
  /** It happens when so many events have reached the disk. */
  readonly at: number;
  /** Milliseconds later, so that not every fault meets the flow in the same moment of its work. */
  readonly offset: number;
}

/** The same share of any step, no two alike: multiples of the golden ratio never come close to each other. */
const goldenRatio = 0.618_033_988_75;

/** At even distances, each kind spread over the whole run. */
export function planFaults(counts: FaultCounts, events: number, delay: number): PlannedFault[] {
  const order = faultKinds
    .flatMap((kind) =>
      Array.from({ length: counts[kind] }, (_, index) => ({
        kind,
        place: (index + 0.5) / counts[kind],
      })),
    )
    .sort((one, other) => one.place - other.place);
  return order.map(({ kind }, index) => ({
    kind,
    at: Math.round((events * (index + 1)) / (order.length + 1)),
    offset: delay * (((index + 1) * goldenRatio) % 1),
  }));
}
