/** The brokers on which the same tests run: RabbitMQ and the sandbox. */
import { Fleet } from './fleet';
import { SandboxFleet } from './sandbox-fleet';
import type { TestFleet } from './test-fleet';

export interface FleetKind {
  readonly title: string;
  create(): Promise<TestFleet>;
}

/** For `describe`: the same tests on each of them. */
export const FLEET_KINDS: readonly FleetKind[] = [
  { title: 'RabbitMQ', create: () => Fleet.create() },
  { title: 'the sandbox', create: () => SandboxFleet.create() },
];
