/** Ranges, choices and defaults of what the forms store, by node type and property: the editor, the runtime and the build take them from here. */
import type { Happening } from '../../src/sandbox/fleet/happenings';

/** A field for a number. Left empty, it stands for the default, which the form shows in grey. */
export interface NumberLimits {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Whether 0.5 is a number too. */
  readonly fractions?: boolean;
  /** Whether `min` itself is too little. */
  readonly aboveMin?: boolean;
}

/** A select. Nothing stored stands for the default. */
export interface ChoiceLimits<Choice extends string = string> {
  readonly default: Choice;
  readonly choices: readonly Choice[];
}

/** A field for a text. `empty` is what it stands for when it is left empty; without it, it may not be empty. */
export interface TextLimits {
  readonly default: string;
  readonly empty?: string;
}

/** Source: INVERS developer documentation, "Consume events". */
const INVERS = { host: 'api.invers.com', port: 5671 };

export const CONSUMER = {
  environment: { default: 'invers', choices: ['invers', 'custom', 'sandbox'] },
  host: { default: INVERS.host },
  port: { default: INVERS.port, min: 1, max: 65_535 },
  /** Empty is for another broker only: INVERS gives each customer a virtual host of its own. */
  vhost: { default: '', empty: '/' },
  heartbeat: { default: 30, min: 1, max: 600 },
  /** A path in an event's data; empty = where it usually stands. */
  vehicleId: { default: '', empty: '' },
  /** The limits are those of the simulated fleet. */
  sandboxVehicles: { default: 20, min: 1, max: 10_000 },
  sandboxRate: { default: 2, min: 0.02, max: 10_000, fractions: true },
  sandboxDuplicates: { default: 2, min: 0, max: 100, fractions: true },
} as const;

export const TOPIC_IN = {
  /** 0 would mean unlimited, which is how consumers drown. */
  prefetch: { default: 50, min: 1, max: 65_535 },
  acknowledge: { default: 'completion', choices: ['completion', 'delivery', 'manual'] },
  order: { default: 'queue', choices: ['queue', 'vehicle'] },
  /** Seconds. RabbitMQ takes a delivery back after 30 minutes; the deadline and the longest hold stay below. */
  deadline: { default: 300, min: 1, max: 1_500 },
  maxAttempts: { default: 5, min: 1, max: 1_000 },
  /** Seconds. */
  retryDelay: { default: 5, min: 1, max: 300 },
  validate: { default: 'schema', choices: ['schema', 'strict', 'envelope'] },
} as const;

/** How many ids may be remembered. */
const ENTRIES = { min: 1, max: 10_000_000 };

/** What can be made to happen to a vehicle of the sandbox, for buttons. */
export const HAPPENINGS: readonly Happening[] = [
  'battery',
  'smoke',
  'unlocked',
  'outside',
  'offline',
  'plate',
];

/** The queues that a sandbox has. */
export const SANDBOX_QUEUES: readonly string[] = [
  'VehicleStateRecorded',
  'VehicleChange',
  'Trip (v2)',
  'SmokeDetection',
];

/** Who makes the events that a route takes; empty stands for anybody. */
export const ROUTE_SOURCES = ['vehicle', 'oneapi'] as const;

export const EVENT_FILTER = {
  /** Minutes; 0 = age does not count. */
  maxAge: { default: 0, min: 0, max: 525_600, fractions: true },
  key: { default: 'metadata.id' },
  keyType: { default: 'msg', choices: ['msg', 'jsonata'] },
  /** INVERS keeps an unread queue for three days, so an event can come back that late. */
  windowHours: { default: 72, min: 0, aboveMin: true, max: 8_760, fractions: true },
  maxEntries: { default: 100_000, ...ENTRIES },
} as const;

export const ACK = {
  outcome: { default: 'acknowledge', choices: ['acknowledge', 'retry', 'discard'] },
} as const;

export const STORE = {
  backend: { default: 'file', choices: ['file', 'memory', 'redis'] },
  maxEntries: { default: 1_000_000, ...ENTRIES },
  maxVehicles: { default: 100_000, min: 1, max: 1_000_000 },
  directory: { default: '', empty: 'invers' },
  url: { default: 'redis://127.0.0.1:6379', empty: 'redis://127.0.0.1:6379' },
  prefix: { default: 'invers:', empty: 'invers:' },
} as const;

export const VEHICLE_STATE = {
  /** Empty = found by its shape. */
  state: { default: '', empty: '' },
  stateType: { default: 'msg', choices: ['msg', 'jsonata'] },
} as const;

export const WATCH = {
  /** Seconds. */
  holdFor: { default: 0, min: 0, max: 31_536_000, fractions: true },
  /** Minutes; 0 = it is said once. */
  repeat: { default: 0, min: 0, max: 525_600, fractions: true },
} as const;

export const VEHICLES = {
  /** Empty = where it usually stands. */
  vehicle: { default: '', empty: '' },
  vehicleType: { default: 'msg', choices: ['msg', 'jsonata'] },
  limit: { default: 1_000, min: 1, max: 100_000 },
} as const;

type Limits = NumberLimits | ChoiceLimits | TextLimits;

/** All of them, for the build of the forms. */
export const LIMITS: Readonly<Record<string, Readonly<Record<string, Limits>>>> = {
  'invers-consumer': CONSUMER,
  'invers-topic-in': TOPIC_IN,
  'invers-event-filter': EVENT_FILTER,
  'invers-ack': ACK,
  'invers-store': STORE,
  'invers-vehicle-state': VEHICLE_STATE,
  'invers-watch': WATCH,
  'invers-vehicles': VEHICLES,
};
