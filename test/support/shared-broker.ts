/** The broker that all tests of a process share: started when the first of them asks, gone after the last. */

import { RabbitMq } from './rabbitmq.js';

let shared: Promise<RabbitMq> | undefined;

// Mocha loads this file with the test files, outside any suite, so that the hook runs after all of them.
// Outside mocha (benchmarks), a broker is started and disposed of by who needs it.
if (typeof after === 'function') {
  after('stop the shared broker', async function () {
    this.timeout(60_000);
    const broker = await shared?.catch(() => undefined);
    shared = undefined;
    await broker?.dispose();
  });
}

/** Brought back if a test left it stopped. */
export async function sharedBroker(): Promise<RabbitMq> {
  shared ??= RabbitMq.start();
  const broker = await shared;
  if (!broker.running) await broker.start();
  return broker;
}
