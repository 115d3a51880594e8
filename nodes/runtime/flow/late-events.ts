/** Events that failed at their deadline and come out of a node all the same. */
import { RecentMap } from '../../../src/time/recent-map';
import { nameOf, type RuntimeMessage, type RuntimeNode } from './messages';

/** Called with the name of the node that sent it. */
export type OnLate = (nodeName: string) => void;

/** The latest of them. */
const WATCHED = 1_000;

export class LateEvents {
  /** Undefined until an event was late, which is the usual case. */
  #watched: RecentMap<string, OnLate> | undefined;

  /** `onLate` is called once, when the event is sent on by a node. */
  watch(deliveryId: string, onLate: OnLate): void {
    this.#watched ??= new RecentMap(WATCHED);
    this.#watched.set(deliveryId, onLate);
  }

  /** A message was sent that belongs to no event that is followed. */
  sent({ delivery, _msgid }: RuntimeMessage, node: RuntimeNode): void {
    if (!this.#watched) return;
    for (const id of [delivery?.id, _msgid]) {
      const tell = typeof id === 'string' ? this.#watched.get(id) : undefined;
      if (typeof id !== 'string' || !tell) continue;
      this.#watched.delete(id);
      tell(nameOf(node));
      return;
    }
  }
}
