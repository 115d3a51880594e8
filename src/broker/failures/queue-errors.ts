/** Why a queue cannot be consumed, or no longer, in words that tell a user what to do. */
import { BrokerError, type BrokerErrorCode, reason } from '../errors';

const FLEET_CONTROL = 'FleetControl > Developers > Event Consumers';
const RETRIED = 'It is looked for again and again.';

/** `PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms.` */
const LATE_ACKNOWLEDGEMENT = /delivery acknowledgement on channel .* timed out/i;

/**
 * RabbitMQ answers 404 also for a queue that is there, but not reachable:
 * `NOT_FOUND - home node 'rabbit@b' of durable queue 'q' in vhost '/' is down or inaccessible`,
 * `… process is stopped by supervisor`, and for quorum queues that have no leader.
 */
const QUEUE_AWAY =
  /home node .* (down|inaccessible)|is down or inaccessible|stopped by supervisor|has crashed|no (leader|online)|leader .* (unavailable|not available)/i;

/** Explains why a queue could not be consumed, or no longer. */
export function queueError(cause: Error, queue: string): BrokerError {
  const replyCode = 'code' in cause ? cause.code : undefined;
  const error = (code: BrokerErrorCode, message: string, needsPerson: boolean) =>
    new BrokerError(code, message, { cause, scope: 'queue', needsPerson });
  const name = JSON.stringify(queue);
  if (QUEUE_AWAY.test(cause.message)) {
    return error(
      'queue-away',
      `The queue is away for a while: the node of the broker that keeps it is down. ${name} comes back with that node, and so does its reading; ask whoever runs the broker if it lasts. (${reason(cause)})`,
      false,
    );
  }
  if (replyCode === 404) {
    return error(
      'queue-missing',
      `There is no such queue: compare its name with the one in FleetControl. It is called ${name} here; see ${FLEET_CONTROL}. If the topic was unsubscribed there (INVERS does that after three days without a reader), subscribe to it again. ${RETRIED}`,
      true,
    );
  }
  if (replyCode === 405 || /in exclusive use|locked/i.test(cause.message)) {
    return error(
      'queue-in-use',
      `The queue is locked by another reader: stop the program that reads it. The queue is ${name}; it is tried again.`,
      true,
    );
  }
  if (replyCode === 403) {
    return error(
      'queue-refused',
      `This user may not read the queue: choose the consumer that it belongs to. Check the name too: it is ${name} here.`,
      true,
    );
  }
  if (LATE_ACKNOWLEDGEMENT.test(cause.message)) {
    return error(
      'acknowledgement-late',
      `An event took longer than the broker waits: set a shorter deadline. It was one of the queue ${name} and comes again; the channel is opened anew. (${reason(cause)})`,
      false,
    );
  }
  return error(
    'channel-closed',
    `The broker closed the channel of a queue, and it is opened anew. The queue is ${name}. (${reason(cause)})`,
    false,
  );
}

/** The broker cancelled the consumer. Whether the queue is still there shows when it is consumed again. */
export function consumerCancelled(queue: string): BrokerError {
  return new BrokerError(
    'consumer-cancelled',
    `The broker ended the reading of a queue, and it is begun again. Brokers do so when the queue is deleted, and when it moves to another of their nodes. The queue is ${JSON.stringify(queue)}.`,
    { scope: 'queue', needsPerson: false },
  );
}

/** The broker had cancelled the consumer, and then there was no such queue. */
export function queueDeleted(queue: string): BrokerError {
  return new BrokerError(
    'queue-deleted',
    `The queue was deleted while it was read: subscribe to its topic again. It was ${JSON.stringify(queue)}, and this happens when the topic is unsubscribed: see ${FLEET_CONTROL}. ${RETRIED}`,
    { scope: 'queue', needsPerson: true },
  );
}
