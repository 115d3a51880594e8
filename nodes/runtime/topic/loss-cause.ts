/** What an event may have to do with the loss of its channel. */
import { type BrokerError, patienceOf } from '../../../src/broker/errors';
import type { LossCause } from '../../../src/delivery/attempts/culprits';

export function causeOf(reason: BrokerError): LossCause | undefined {
  switch (reason.code) {
    case 'process-blocked':
      return { kind: 'blocked' };
    case 'acknowledgement-late':
      return { kind: 'late', patience: patienceOf(reason) };
    case 'consumer-cancelled':
      return { kind: 'cancelled' };
    default:
      return undefined;
  }
}
