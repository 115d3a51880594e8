/** Puts together what a client publishes: the method, the header, and the body in pieces. */
import { ByteReader } from './amqp/byte-reader';
import { AmqpError } from './amqp/errors';
import type { Frame } from './amqp/frame-reader';
import { BASIC_CLASS, FRAME } from './amqp/frames';
import type { Method } from './amqp/methods';
import { readProperties } from './amqp/properties';

/** Limits the octets of incomplete contents, over all channels of a connection together. */
export interface ContentBudget {
  used: number;
  readonly max: number;
  /** Octets of one body at most. */
  readonly maxMessage: number;
}

export interface Published {
  readonly method: Method<'basic.publish'>;
  readonly properties: Buffer;
  readonly body: Buffer;
}

/** Octets that each piece of a body counts on top of its own, for the memory around it. */
const PIECE_OVERHEAD = 128;

export class ContentAssembler {
  #properties: Buffer | undefined;
  #size = 0;
  #received = 0;
  #cost = 0;
  readonly #pieces: Buffer[] = [];

  constructor(
    readonly method: Method<'basic.publish'>,
    private readonly budget: ContentBudget,
  ) {}

  /** Takes the next frame; returns the message when it is complete. Throws an AmqpError for another frame. */
  add({ type, payload }: Frame): Published | undefined {
    if (this.#properties === undefined) this.#begin(type, payload);
    else this.#addBody(type, payload);
    if (this.#properties === undefined || this.#received < this.#size) return undefined;
    const body = Buffer.concat(this.#pieces, this.#size);
    this.abandon();
    return { method: this.method, properties: this.#properties, body };
  }

  /** Nothing more will come: gives its share of the budget back. */
  abandon(): void {
    this.budget.used -= this.#cost;
    this.#cost = 0;
    this.#pieces.length = 0;
  }

  #begin(type: number, payload: Buffer): void {
    if (type !== FRAME.header) throw unexpected('header');
    const reader = new ByteReader(payload);
    const classId = reader.short();
    if (classId !== BASIC_CLASS) throw unexpected('header');
    reader.short(); // the weight, which nobody uses
    this.#size = reader.longlong();
    const { maxMessage } = this.budget;
    if (this.#size > maxMessage) {
      throw new AmqpError(
        406,
        `message size ${this.#size} is larger than configured max size ${maxMessage}`,
      );
    }
    const properties = reader.take(reader.left);
    readProperties(properties);
    this.#properties = Buffer.from(properties);
  }

  #addBody(type: number, payload: Buffer): void {
    if (type !== FRAME.body) throw unexpected('body');
    if (this.#received + payload.length > this.#size) {
      throw new AmqpError(501, `a body is longer than the ${this.#size} octets of its header`);
    }
    if (payload.length === 0) return;
    const cost = payload.length + PIECE_OVERHEAD;
    if (this.budget.used + cost > this.budget.max) {
      throw new AmqpError(506, 'too much of unfinished messages on this connection');
    }
    this.budget.used += cost;
    this.#cost += cost;
    this.#received += payload.length;
    this.#pieces.push(Buffer.from(payload));
  }
}

function unexpected(part: 'header' | 'body'): AmqpError {
  return new AmqpError(
    505,
    `expected content ${part} for class ${BASIC_CLASS}, got non content ${part} frame instead`,
  );
}
