/** What is decided about an event, and how its delivery ends. */
import type { Verdict } from './verdict';

/** What the flow, an invers-ack node or the time decided about an event. */
export type Outcome =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'discard' }
  | Failure
  /** The flow was taken away under the event: nobody failed, and it is to be given out again. */
  | { readonly kind: 'cut-off' };

/** The flow has failed at the event. */
export interface Failure {
  readonly kind: 'fail';
  readonly reason: string;
  /** The work was one for several events (a Join's group, a Batch): its id, the same for all of them. */
  readonly work?: string | undefined;
}

/** How a delivery ended. `lost` = its channel was gone, so that the broker gives the event out again. */
export type Ending = 'acknowledged' | 'discarded' | 'requeued' | 'lost';

/** How a delivery has ended of which the broker was told so. */
export const ENDINGS: Record<Verdict, Ending> = {
  acknowledge: 'acknowledged',
  discard: 'discarded',
  requeue: 'requeued',
};

/** Why a decision does not count: `unknown` = no such delivery, as far as this process remembers. */
export type LateReason = 'unknown' | 'already-decided' | 'lost';

/** Is told how an event went through the flow, once for each time that it was sent into it. */
export interface FlowListener {
  flowEnded(deliveryId: string, outcome: Outcome): void;
}
