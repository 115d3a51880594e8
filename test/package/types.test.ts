/** TypeScript finds the types of events in the packed package, and knows what is in them. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { EVENT_TYPE_NAMES } from '../../src/events/catalogue';
import { repositoryRoot } from '../support/node-red-home';
import { manifest } from './manifest';
import { Packed } from './pack';

/** Compiles only if the types are there, and say neither too little nor too much. */
const program = `
import type {
  InversAlertMessage, InversDuplicate, InversKnownVehicle, InversMessage, InversReport, InversUnusableMessage,
  InversVehicleMessage, KnownEvent, ${EVENT_TYPE_NAMES.join(', ')}
} from '${manifest.name}';

export function mileage(message: InversMessage<VehicleStateRecorded>): number | undefined {
  return message.payload.mileage_in_kilometers?.value ?? undefined;
}
export function isRented({ data }: VehicleChanged): boolean {
  return data.vehicle?.rental_status?.value === 'IN_RENTAL';
}
export function describe(event: KnownEvent): string {
  if (event.metadata.type === 'VehicleStateRecorded') return \`version \${event.metadata.schema_major_version}\`;
  return event.metadata.occurred_at;
}
export function newValue(event: VehicleStateRecorded): void {
  event.data.central_lock = { timestamp: '', value: 'A_VALUE_OF_TOMORROW' };
  // @ts-expect-error a mileage is no text
  event.data.mileage_in_kilometers = { timestamp: '', value: 'far' };
}
export function explain({ error, delivery }: InversUnusableMessage): string {
  if (error.code === 'attempts-exhausted') return \`\${delivery.attempt} attempts: \${error.details.reason}\`;
  return error.details ? \`\${error.details.path}: \${error.details.expected}\` : error.message;
}
export function text({ payload }: InversUnusableMessage): string | undefined {
  return typeof payload === 'string' ? payload : undefined;
}
export function isAlarming({ state, in_flight, last_ack_at }: InversReport): boolean {
  return state === 'stalled' && in_flight > 10 && last_ack_at !== null;
}
export function again({ count, first_seen_at }: InversDuplicate): string {
  return \`\${count} times since \${first_seen_at}\`;
}
export function noSuchState({ state }: InversReport): boolean {
  // @ts-expect-error a topic has no such state
  return state === 'sleeping';
}
export function wasUnlocked({ vehicle }: InversVehicleMessage): boolean {
  const { central_lock } = vehicle.changed;
  return central_lock?.from === 'LOCKED' && central_lock.to === 'UNLOCKED' && central_lock.timestamp > '2026';
}
export function row({ id, state, last_heard_at }: InversKnownVehicle): unknown[] {
  return [id, last_heard_at, ...Object.values(state).map(({ timestamp, value }) => [timestamp, value])];
}
export function tell({ topic, payload, vehicle, metadata, delivery }: InversAlertMessage): string {
  const cause = metadata && delivery ? \`event \${metadata.id}, attempt \${delivery.attempt}\` : 'the clock';
  return \`\${topic}: \${payload.text} (\${payload.state} since \${payload.since}, \${vehicle.id}, \${cause})\`;
}
export function noSuchAlert({ payload, delivery }: InversAlertMessage): unknown[] {
  // @ts-expect-error an alert is raised or cleared
  const isOver = payload.state === 'over';
  // @ts-expect-error the clock has no delivery
  return [isOver, delivery.attempt];
}
export type All = [${EVENT_TYPE_NAMES.join(', ')}];
`;

describe('the types in the package', function () {
  this.timeout(60_000);
  let packed: Packed;

  before(async () => {
    packed = await Packed.make();
    // as if it had been installed
    const home = path.join(packed.root, '../node_modules', manifest.name);
    fs.mkdirSync(path.dirname(home), { recursive: true });
    fs.renameSync(packed.root, home);
  });

  after(() => packed?.dispose());

  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ] as const) {
    it(`are found by TypeScript with the module resolution ${moduleResolution}`, () => {
      const folder = path.dirname(packed.root);
      fs.writeFileSync(path.join(folder, 'program.ts'), program);
      const tsc = path.join(repositoryRoot, 'node_modules/typescript/bin/tsc');
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--types', ''];
      const { status, stdout } = spawnSync(
        process.execPath,
        [tsc, ...options, '--module', module, '--moduleResolution', moduleResolution, 'program.ts'],
        { cwd: folder, encoding: 'utf8' },
      );
      assert.equal(stdout, '');
      assert.equal(status, 0);
    });
  }
});
