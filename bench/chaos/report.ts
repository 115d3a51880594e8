/** A chaos run as people read it: a line for each fault, a table at the end, and whether it is what is demanded. */
import type { FaultKind } from './faults';
import type { ChaosPlan, ChaosResult, Fault } from './run';

const names: Readonly<Record<FaultKind, string>> = {
  nodeRedKill: 'Node-RED killed',
  brokerKill: 'broker killed',
  reset: 'connection reset',
  redisRestart: 'Redis restarted',
  deploy: 'deployed anew',
};

export function describePlan(plan: ChaosPlan): string {
  const { events, duplicates, prefetch, delay, acknowledge, processes, store } = plan;
  const twins = duplicates === 0 ? '' : `, ${duplicates} % of them sent twice`;
  const shared = `${processes} × Node-RED, ids in ${store === 'own' ? 'the filter' : store}`;
  return `${grouped(events)} events${twins}, a step of ${delay} ms, prefetch ${prefetch}, acknowledged at ${acknowledge}, ${shared}`;
}

export function describeFault({ kind, onDisk, unacked, backAfter }: Fault): string {
  const back =
    backAfter === undefined ? 'nothing was left' : `back after ${backAfter.toFixed(1)} s`;
  return `${grouped(onDisk).padStart(9)} on disk, ${String(unacked).padStart(4)} unacknowledged: ${names[kind].padEnd(16)}  ${back}`;
}

export function resultTable(result: ChaosResult): string {
  const { events, faults, faultsLeft, lost, twice, twiceAtMost, seconds } = result;
  const left = faultsLeft === 0 ? '' : ` (${faultsLeft} more had no time: the queue was empty)`;
  const rows = [
    ['faults', `${faults.length}${left}`],
    ['events', grouped(events)],
    ['lost', grouped(lost)],
    [
      'seen twice',
      `${grouped(twice)} (at most ${grouped(twiceAtMost)}: what was on its way at the faults)`,
    ],
    ['seconds', seconds.toFixed(0)],
  ];
  return rows.map(([name = '', value]) => `${name.padEnd(12)}${value}`).join('\n');
}

/** What is not as demanded, in words. */
export function shortcomings(result: ChaosResult): string[] {
  const { lost, twice, twiceAtMost, faultsLeft } = result;
  return [
    ...(lost > 0 ? [`${grouped(lost)} events were lost.`] : []),
    ...(twice > twiceAtMost ? [`${grouped(twice)} events were seen twice: too many.`] : []),
    ...(faultsLeft > 0 ? [`${faultsLeft} faults did not happen, so this shows too little.`] : []),
  ];
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
