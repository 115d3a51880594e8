/** What becomes of a delivery that this package itself fails at: told in the log, tried a few times, then sent by output 2. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from '../../../src/broker/broker';
import { errorText } from '../../../src/errors/error-text';
import { unreadable } from '../../../src/events/envelope';
import type { ReadEvent } from '../../../src/events/read-event';
import { RecentMap } from '../../../src/time/recent-map';

/** How often one is tried. */
export const MISHAP_TRIES = 3;
/** How many are remembered. */
const REMEMBERED = 1_000;

export class Mishaps {
  readonly #tries = new RecentMap<string, number>(REMEMBERED);

  /** `report` may be called for each try. */
  constructor(private readonly report: (text: string) => void) {}

  /** Undefined: it is to be given back and tried again. Else how it leaves by output 2. Never throws. */
  failed(delivery: IncomingMessage, error: unknown): ReadEvent | undefined {
    const key = keyOf(delivery);
    const tries = (this.#tries.get(key) ?? 0) + 1;
    const reason = `This package failed at it, which is a fault of the package: ${errorText(error)}`;
    if (tries < MISHAP_TRIES) {
      this.#tries.set(key, tries);
      this.report(
        `An event could not be taken in, and is given back to the queue (try ${tries} of ${MISHAP_TRIES}). ${reason}`,
      );
      return undefined;
    }
    this.#tries.delete(key);
    this.report(`An event could not be taken in ${tries} times, and leaves by output 2. ${reason}`);
    const invalid = unreadable(delivery.body, delivery.properties, reason);
    return { invalid, check: { schema: null, problems: [], source: null } };
  }
}

/** By its content: an id of its own is what it may not have. */
function keyOf({ body }: IncomingMessage): string {
  return createHash('sha256').update(body).digest('base64');
}
