/** One try at a broker: what it answers, that it ends in time, and that nothing of the connection is left. */
import assert from 'node:assert/strict';
import { tryBroker } from '../../../src/broker/trial';
import { REFUSED, SETTINGS } from '../../support/connection';
import { FakeModel, FakeRecovery } from '../../support/fake-amqp';
import { MovedClock, turn } from '../../support/moved-clock';

function begin(question = {}) {
  const clock = new MovedClock();
  const recovery = new FakeRecovery();
  const answer = tryBroker(SETTINGS, question, { clock, connect: recovery.connect });
  // who looks at it later
  answer.catch(() => undefined);
  return { clock, recovery, answer };
}

describe('one try at a broker', () => {
  it('ends with the connection closed as soon as it stands, and asks for no queue', async () => {
    const { clock, recovery, answer } = begin();
    await turn();
    const model = recovery.up(new FakeModel());
    assert.equal(await answer, undefined);
    assert.deepEqual([recovery.closes, model.channels.length, clock.pending], [1, 0, 0]);
  });

  it('tells the first failure, and tries nothing again for an hour', async () => {
    const { clock, recovery, answer } = begin();
    await turn();
    recovery.emit('connect-failed', REFUSED);
    assert.ok((recovery.nextDelay() ?? 0) > 2_000_000);
    await assert.rejects(answer, { name: 'BrokerError', code: 'login-refused' });
    assert.deepEqual([recovery.closes, clock.pending], [1, 0]);
  });

  it('gives a broker that stays silent six seconds, and closes then', async () => {
    const { clock, recovery, answer } = begin();
    await turn();
    await clock.pass(5_999);
    assert.equal(recovery.closes, 0);
    await clock.pass(1);
    await assert.rejects(answer, { code: 'unreachable', message: /no answer within 6 s/ });
    assert.equal(recovery.closes, 1);
  });

  it('names no secret where even the connecting cannot begin', async () => {
    const recovery = new FakeRecovery();
    const { username, password } = SETTINGS;
    recovery.plan.connect = () => Promise.reject(new Error(`no ${username} with ${password}`));
    const { connect } = recovery;
    await assert.rejects(tryBroker(SETTINGS, {}, { clock: new MovedClock(), connect }), {
      code: 'settings-invalid',
      message: 'no *** with ***',
    });
  });
});
