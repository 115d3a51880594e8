/** Why a queue cannot be read is told in words that say what to do. */
import assert from 'node:assert/strict';
import { patienceOf } from '../../../src/broker/errors';
import { processBlocked } from '../../../src/broker/failures/connection-errors';
import {
  consumerCancelled,
  queueDeleted,
  queueError,
} from '../../../src/broker/failures/queue-errors';
import { failure, firstSentence } from '../../support/failures';

describe('explaining why a queue is not read', () => {
  it('names the queue and where FleetControl shows it', () => {
    const missing = queueError(failure('Operation failed: 404', 404), 'fleet.trips');
    assert.equal(missing.code, 'queue-missing');
    assert.match(
      missing.message,
      /no such queue.*"fleet\.trips".*FleetControl > Developers > Event Consumers/,
    );
    const refused = queueError(failure('refused', 403), 'q');
    assert.equal(refused.code, 'queue-refused');
    assert.match(refused.message, /may not read the queue.* "q"/);
    const inUse = queueError(failure('locked', 405), 'q');
    assert.equal(inUse.code, 'queue-in-use');
    assert.match(inUse.message, /locked by another reader.* "q"/);
    for (const text of ["queue 'q' in exclusive use", 'resource LOCKED']) {
      assert.equal(queueError(failure(text, 403), 'q').code, 'queue-in-use');
    }
    const deleted = queueDeleted('q');
    assert.match(deleted.message, /was deleted.* "q"/);
    for (const error of [missing, refused, inUse, deleted]) {
      assert.deepEqual([error.scope, error.needsPerson], ['queue', true]);
    }
    assert.equal(missing.cause instanceof Error, true);
    assert.equal(missing.name, 'BrokerError');
  });

  it('tells a queue that is away for a while from one that is not there', () => {
    for (const text of [
      "NOT_FOUND - home node 'rabbit@two' of durable queue 'q' in vhost '/' is down or inaccessible",
      "NOT_FOUND - queue 'q' in vhost '/' process is stopped by supervisor",
      "INTERNAL_ERROR - queue 'q' in vhost '/' has crashed and failed to restart",
    ]) {
      const error = queueError(failure(text, text.startsWith('NOT') ? 404 : 541), 'q');
      assert.deepEqual(
        [error.code, error.scope, error.needsPerson],
        ['queue-away', 'queue', false],
      );
      assert.match(
        error.message,
        /^The queue is away for a while: the node of the broker that keeps it is down\. "q"/,
      );
    }
    const gone = failure("NOT_FOUND - no queue 'q' in vhost '/'", 404);
    assert.equal(queueError(gone, 'q').code, 'queue-missing');
  });

  it('says what is wrong with a queue before a long name cuts the line', () => {
    const queue = 'q'.repeat(255);
    const late = 'delivery acknowledgement on channel 1 timed out';
    const errors = [
      ...[404, 405, 403].map((code) => queueError(failure('no', code), queue)),
      queueError(failure("home node 'x' is down or inaccessible", 404), queue),
      queueError(failure(late, 406), queue),
      queueError(failure('whatever', 406), queue),
      queueDeleted(queue),
      consumerCancelled(queue),
      processBlocked(failure('Heartbeat timeout'), `${'h'.repeat(255)}:5671`, 40_400),
    ];
    assert.equal(new Set(errors.map(({ code }) => code)).size, errors.length);
    for (const error of errors) {
      assert.ok(firstSentence(error).length <= 80, firstSentence(error));
    }
  });

  it('needs nobody where the broker closed a channel, as it does when an answer comes too late', () => {
    const cause = failure('delivery acknowledgement timed out', 406);
    const error = queueError(cause, 'q');
    assert.equal(error.code, 'channel-closed');
    assert.deepEqual([error.scope, error.needsPerson, error.cause], ['queue', false, cause]);
  });

  it('names an event that was on its way for longer than the broker waits, and how long that is', () => {
    const text = (end: string) =>
      `Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. ${end}"`;
    const error = queueError(failure(text('Timeout value used: 1800000 ms.'), 406), 'q');
    assert.equal(error.code, 'acknowledgement-late');
    assert.deepEqual([error.scope, error.needsPerson], ['queue', false]);
    assert.match(error.message, /^An event took longer than the broker waits.* "q"/);
    assert.equal(patienceOf(error), 1_800_000);
    assert.equal(patienceOf(queueError(failure(text('See the log.'), 406), 'q')), undefined);
  });
});
