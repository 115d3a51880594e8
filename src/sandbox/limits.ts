/** What one client, one queue and the whole sandbox may take up at most. */
import { FRAME_OVERHEAD } from './amqp/frames';

export interface Limits {
  /** Connections at once; one more is closed without an answer. */
  readonly connections: number;
  /** Of them, such as have not logged in yet. */
  readonly strangers: number;
  /** Channels of a connection, offered as channel-max. */
  readonly channels: number;
  /** Octets of a frame, offered as frame-max. */
  readonly frameMax: number;
  /** Octets of one message's body. */
  readonly messageBytes: number;
  /** Octets of all contents of a connection that have begun and not ended. */
  readonly contentBytes: number;
  /** Octets on their way to a client, above which it gets no more deliveries. */
  readonly outputBytes: number;
  readonly queues: number;
  /** Of a queue, ready; as many again may be unacknowledged. Above it the oldest is dropped. */
  readonly queueMessages: number;
  /** Octets of the bodies and properties of a queue, counted like `queueMessages`. */
  readonly queueBytes: number;
  /** The same of all queues together. */
  readonly allQueuesBytes: number;
  /** Consumers of a channel. */
  readonly consumers: number;
  /** Milliseconds from the connect until the connection is open. */
  readonly handshake: number;
  /** Milliseconds for a client to say goodbye after it was told to go. */
  readonly goodbye: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Small enough for a Raspberry Pi, and for half a minute of the fastest fleet that nobody reads. */
export const LIMITS: Limits = {
  connections: 100,
  strangers: 20,
  channels: 2047,
  frameMax: 128 * KIB,
  messageBytes: 16 * MIB,
  contentBytes: 32 * MIB,
  outputBytes: 256 * KIB,
  queues: 1_000,
  queueMessages: 20_000,
  queueBytes: 32 * MIB,
  allQueuesBytes: 128 * MIB,
  consumers: 1_000,
  handshake: 10_000,
  goodbye: 3_000,
};

/** The smallest frame-max that a client may ask for. Source: the specification. */
export const FRAME_MIN = 4096;
/** Before a frame-max is agreed on: client properties and tokens may be longer than FRAME_MIN. */
export const FRAME_MAX_BEFORE_TUNE = 8192 + FRAME_OVERHEAD;
