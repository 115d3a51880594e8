/** What amqplib does not explain is found out and told once, and decides how soon it is tried again. */
import assert from 'node:assert/strict';
import { FOUND } from '../../../src/broker/failures/socket-diagnoses';
import type { BrokerSettings } from '../../../src/broker/settings';
import { BROKEN, createConnection, REFUSED, SETTINGS } from '../../support/connection';
import { turn } from '../../support/moved-clock';

describe('a failure that amqplib does not explain', () => {
  const CLOSED = new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>');
  const HUNG_UP = new Error('Socket closed abruptly during opening handshake');
  const plain = async () => ({ ...SETTINGS, tls: undefined });

  function createLooking(locate?: () => Promise<BrokerSettings>) {
    const looks: ((found?: Error) => void)[] = [];
    const look = () => new Promise<Error | undefined>((resolve) => looks.push(resolve));
    return { ...createConnection(locate, look), looks };
  }

  it('is told when it is found out, and as what it was found out to be', async () => {
    const { connection, downs, looks, recovery } = createLooking();
    await connection.open();
    recovery.emit('connect-failed', CLOSED);
    assert.deepEqual(downs, []);
    assert.equal(recovery.nextDelay(), 10_000, 'whatever it is, a person has to mend it');
    looks[0]?.(new Error('530 NOT_ALLOWED - user connection limit (1) is reached'));
    await turn();
    recovery.emit('connect-failed', CLOSED);
    looks[1]?.();
    await turn();
    assert.deepEqual(
      downs.map(({ code }) => code),
      ['connection-limit', 'vhost-refused'],
    );
    assert.equal(recovery.nextDelay(), 20_000);
  });

  it('sets the pace of the next tries, which do not wait for it', async () => {
    const { connection, downs, looks, recovery } = createLooking(plain);
    await connection.open();
    const delays: (number | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      recovery.emit('connect-failed', HUNG_UP);
      delays.push(recovery.nextDelay());
      looks[n]?.(Object.assign(new Error(HUNG_UP.message), { code: FOUND.wantsTls }));
      await turn();
    }
    assert.deepEqual(delays, [1_000, 10_000, 20_000]);
    assert.deepEqual(new Set(downs.map(({ code }) => code)), new Set(['tls-required']));
  });

  it('is over when the connection stands or fails otherwise before it is found out', async () => {
    const { connection, downs, looks, recovery } = createLooking(plain);
    await connection.open();
    recovery.emit('connect-failed', HUNG_UP);
    recovery.up();
    looks[0]?.(Object.assign(new Error(), { code: FOUND.wantsTls }));
    await turn();
    assert.deepEqual(downs, []);
    recovery.emit('connect-failed', HUNG_UP);
    recovery.emit('connect-failed', REFUSED);
    looks[1]?.(Object.assign(new Error(), { code: FOUND.wantsTls }));
    await turn();
    assert.deepEqual(
      downs.map(({ code }) => code),
      ['login-refused'],
    );
  });

  it('is not looked at where amqplib says enough', async () => {
    const { connection, downs, looks, recovery } = createLooking();
    await connection.open();
    for (const cause of [REFUSED, BROKEN, HUNG_UP]) recovery.emit('connect-failed', cause);
    assert.deepEqual([downs.length, looks.length], [3, 0], 'with TLS, nobody asks for TLS');
  });
});
