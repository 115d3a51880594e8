/** Why an event is not tried again and leaves by output 2, in words. */

export interface Exhaustion {
  /** The last cause alone. */
  readonly reason: string;
  /** The whole sentence. */
  readonly message: string;
}

/** RabbitMQ 4 drops an event of a quorum queue that was given back more than 20 times, unless told otherwise. */
const BROKER_LIMIT = 20;
/** The event leaves two deliveries earlier: a kill while it is at output 2 counts as well. */
export const LAST_COUNT = BROKER_LIMIT - 2;

/** The flow failed so many times; `ends` times the process or the connection ended by what the event did. */
export function failedTooOften(failures: number, ends: number, reason: string): Exhaustion {
  const failed = `The flow failed at this event ${times(failures)}`;
  const besides = ends > 0 ? `, and ${endedWords(ends)}` : '';
  return { reason, message: `${failed}${besides}, the last time because: ${reason}` };
}

export function endedTooOften(ends: number): Exhaustion {
  const words = endedWords(ends);
  return { reason: words, message: `${words}.` };
}

/** `count` = deliveries before this one, as a quorum queue counts them. */
export function nearBrokerLimit(count: number): Exhaustion {
  const reason = `The broker has given this event out ${times(count)} before, for whatever reason, and drops it soon (after ${BROKER_LIMIT} times, unless the queue's delivery limit is set otherwise)`;
  return { reason, message: `${reason}.` };
}

function endedWords(ends: number): string {
  return `Node-RED ended, or the connection broke, ${times(ends)} while the flow had this event`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
