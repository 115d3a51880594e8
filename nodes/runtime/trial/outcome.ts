/** What is answered to who tries the values of a form: that it works, or in one sentence what to do, and never a secret. */
import { BrokerError } from '../../../src/broker/errors';
import { errorText } from '../../../src/errors/error-text';
import { withoutSecrets } from '../../../src/errors/secrets';
import { StoreAway } from '../../../src/memory/key-store';
import { RequestError } from '../admin/endpoint';
import { ConfigError } from '../settings/values';

/** Also needed to try a form: who chooses where a stored password is sent could as well deploy that. */
export const MAY_DEPLOY = 'flows.write';

export interface Failed {
  readonly ok: false;
  /** The same as in a status; `store-away` for a store. */
  readonly code: string;
  readonly message: string;
}

/** Tries at once of one endpoint: each may open a connection. */
const MOST = 4;

export type Outcome<Fine> = ({ readonly ok: true } & Fine) | Failed;

export class Trials {
  #running = 0;

  /** Answers what `work` does, or why it cannot be done. */
  async outcomeOf<Fine extends object>(
    secrets: readonly string[],
    work: () => Promise<Fine>,
  ): Promise<Outcome<Fine>> {
    if (this.#running >= MOST) {
      throw new RequestError('Others test just now: try again in a moment.', 429);
    }
    this.#running += 1;
    try {
      return { ok: true, ...(await work()) };
    } catch (error) {
      const code = codeOf(error);
      // what else goes wrong is a mistake of ours, of which nothing is known
      if (code === undefined) throw error;
      return { ok: false, code, message: withoutSecrets(untried(errorText(error)), secrets) };
    } finally {
      this.#running -= 1;
    }
  }
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof BrokerError || error instanceof ConfigError) return error.code;
  return error instanceof StoreAway ? 'store-away' : undefined;
}

/** What a deployed node does next, which a try does not do. */
const NEXT =
  /^(It is tried again|The connection is made anew|It is looked for again and again|Events pass without)|\b(it is tried again)\.$/;

/** The text without the sentences that say so; its first one stays in any case. */
function untried(text: string): string {
  const [first, ...others] = text.split(/(?<=[.)]) (?=[A-Z("])/);
  return [first, ...others.filter((sentence) => !NEXT.test(sentence))].join(' ');
}
