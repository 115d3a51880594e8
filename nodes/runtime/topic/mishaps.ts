/** What becomes of a delivery that this package itself fails at: told in the log, tried a few times, then sent by output 2. */
import type { IncomingMessage } from '../../../src/broker/broker';
import { errorText } from '../../../src/errors/error-text';
import { unreadable } from '../../../src/events/envelope';
import type { ReadEvent } from '../../../src/events/read-event';
import { contentKey } from '../../../src/time/bounded-key';
import { RecentMap } from '../../../src/time/recent-map';

/** How often one is tried. */
export const MISHAP_TRIES = 3;
/** How many are remembered. */
const REMEMBERED = 1_000;

export class Mishaps {
  readonly #tries = new RecentMap<string, number>(REMEMBERED);

  /** `report` is called when one leaves; each try before is told by who gives it back. */
  constructor(private readonly report: (text: string) => void) {}

  /** Undefined: it is to be given back and tried again. Else how it leaves by output 2. Never throws. */
  failed(delivery: IncomingMessage, error: unknown): ReadEvent | undefined {
    // by its content: an id of its own is what it may not have
    const key = contentKey(delivery.body);
    const tries = (this.#tries.get(key) ?? 0) + 1;
    if (tries < MISHAP_TRIES) {
      this.#tries.set(key, tries);
      return undefined;
    }
    this.#tries.delete(key);
    const reason = `This package failed at it, which is a fault of the package: ${errorText(error)}`;
    this.report(`An event could not be taken in ${tries} times, and leaves by output 2. ${reason}`);
    const invalid = unreadable(delivery.body, delivery.properties, reason);
    return { invalid, check: { schema: null, problems: [], source: null } };
  }
}
