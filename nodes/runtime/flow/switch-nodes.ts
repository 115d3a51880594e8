/**
 * When core's Switch has finished with a message: it never says `done`, but for each message it sends
 * exactly once, or reports one error or one warning. With an asynchronous context store that is long
 * after its handler has run, and with "recreate message sequences" when the whole sequence is there.
 */
import type { RuntimeMessage, RuntimeNode } from './messages';

/** The node has finished with a message, or was stopped before it had. */
export type Complete = (isCutOff: boolean) => void;

/** A message that a Switch has; without `complete` one that nobody follows. */
interface Waiting {
  readonly message: RuntimeMessage;
  readonly complete: Complete | undefined;
}

type Method = 'send' | 'error' | 'warn';
type Tapped = Record<Method, (...args: unknown[]) => unknown>;

export class SwitchNodes {
  readonly #waiting = new WeakMap<RuntimeNode, Waiting[]>();

  /** `soon` runs its work in the next turn of the event loop. */
  constructor(private readonly soon: (work: () => void) => void) {}

  received(node: RuntimeNode, message: RuntimeMessage, complete: Complete): void {
    let waiting = this.#waiting.get(node);
    if (!waiting) {
      waiting = [];
      this.#waiting.set(node, waiting);
      this.#tap(node, waiting);
    }
    waiting.push({ message, complete });
  }

  /** Only Switches that events come to are of interest. */
  receivedOther(node: RuntimeNode, message: RuntimeMessage): void {
    this.#waiting.get(node)?.push({ message, complete: undefined });
  }

  #tap(node: RuntimeNode, waiting: Waiting[]): void {
    const finish = (sent: readonly unknown[], isCutOff = false) => {
      const index = indexOf(waiting, sent);
      const [found] = index < 0 ? [] : waiting.splice(index, 1);
      const { complete } = found ?? {};
      // what else it does in this run counts for it as well
      if (complete) this.soon(() => complete(isCutOff));
    };
    after(node, 'send', ([sent]) => finish([sent].flat(2)));
    after(node, 'error', ([, message]) => finish([message]));
    after(node, 'warn', () => finish([]));
    // what it keeps of incomplete sequences it throws away
    node.on('close', () => {
      while (waiting.length > 0) finish([], true);
    });
  }
}

/**
 * The message that was sent, else a part of the same event (a sequence is sent as copies). Where nothing
 * was sent: the first message whose sequence is there.
 */
function indexOf(waiting: readonly Waiting[], sent: readonly unknown[]): number {
  const messages = sent.filter((each) => typeof each === 'object' && each !== null);
  if (messages.length > 0) {
    const same = waiting.findIndex(({ message }) => messages.includes(message));
    if (same >= 0) return same;
    const ids = new Set(messages.map((each) => (each as RuntimeMessage)._msgid));
    return waiting.findIndex(({ message }) => ids.has(message._msgid));
  }
  return Math.max(
    0,
    waiting.findIndex(({ message }) => isSequenceThere(waiting, message)),
  );
}

function isSequenceThere(waiting: readonly Waiting[], { parts }: RuntimeMessage): boolean {
  if (parts?.id === undefined) return true;
  const there = waiting.filter(({ message }) => message.parts?.id === parts.id);
  return there.length === parts.count;
}

/** Has `work` called after each call of the method. */
function after(node: RuntimeNode, method: Method, work: (args: unknown[]) => void): void {
  const target = node as unknown as Tapped;
  const original = target[method];
  const value = (...args: unknown[]) => {
    try {
      return original.apply(node, args);
    } finally {
      work(args);
    }
  };
  Object.defineProperty(target, method, { value, configurable: true, writable: true });
}
