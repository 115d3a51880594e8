/** Why a channel was lost, as far as an event may have to do with it. */
import { type BrokerError, patienceOf } from '../../../src/broker/errors';
import type { LossCause } from '../../../src/delivery/attempts/culprits';

export function causeOf(reason: BrokerError): LossCause | undefined {
  switch (reason.code) {
    case 'process-blocked':
      return { kind: 'blocked' };
    case 'acknowledgement-late':
      return { kind: 'late', patience: patienceOf(reason) };
    case 'queue-deleted':
      return { kind: 'cancelled' };
    default:
      return undefined;
  }
}
