/** Node-RED's runtime hooks: what happens to messages between nodes, told while a topic needs it. */
import type { Node, NodeAPI } from 'node-red';
import type { CompleteEvent, ReceiveEvent, RuntimeMessage, SendEvent } from './messages';
import { ReportedErrors } from './reported-errors';

/** What happens to messages; each is called in the turn in which it happens. */
export interface FlowObserver {
  /** A node sends messages: one event for each message on each wire. */
  sent(events: readonly SendEvent[]): void;
  /** A node is about to handle a message. */
  received(event: ReceiveEvent): void;
  /** A node's handler has run. */
  handled(event: ReceiveEvent): void;
  /** A node has called `done`; `isClosing`: because a deploy or Node-RED's end is closing it. */
  completed(event: CompleteEvent, isClosing: boolean): void;
  /** A node reported an error of a message, whether it calls `done` or not. */
  reported(node: Node, message: RuntimeMessage, error: unknown): void;
}

/** What the published types of Node-RED say more narrowly than the runtime does. */
interface Hooks {
  add(name: string, handler: (event: never) => void): void;
  remove(name: string): void;
}

/** Sets these hooks apart from those of others; Node-RED cuts a label at its first dot. */
const LABEL = 'invers';

export class FlowHooks {
  readonly #hooks: Hooks;
  readonly #errors: ReportedErrors;
  #users = 0;
  #isDeploying = false;
  #isWatchingHandled = false;
  #isClosing = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly observer: FlowObserver,
  ) {
    this.#hooks = RED.hooks as unknown as Hooks;
    this.#errors = new ReportedErrors((node, message, error) =>
      observer.reported(node, message, error),
    );
  }

  /** Hooks cost every flow a little, so they are there only while somebody needs them. */
  use(): void {
    this.#users += 1;
    if (this.#users > 1) return;
    const { RED, observer } = this;
    this.#add('onSend', (events: readonly SendEvent[]) => observer.sent(events));
    this.#add('onReceive', (event: ReceiveEvent) => observer.received(event));
    this.#add('onComplete', (event: CompleteEvent) => observer.completed(event, this.#isClosing));
    RED.events.on('flows:stopping', this.#deployBegins);
    RED.events.on('flows:started', this.#deployEnds);
  }

  /** The counterpart of `use`. */
  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const { events } = this.RED;
    events.off('flows:stopping', this.#deployBegins);
    events.off('flows:started', this.#deployEnds);
    this.#isDeploying = false;
    this.#isWatchingHandled = false;
    this.#hooks.remove(`*.${LABEL}`);
    this.#errors.unwatchAll();
  }

  /** From now on, and until the last `release`, `handled` is told: most flows have no node that needs it. */
  watchHandled(): void {
    if (this.#isWatchingHandled) return;
    this.#isWatchingHandled = true;
    this.#add('postReceive', (event: ReceiveEvent) => this.observer.handled(event));
  }

  /** From now on, and until the last `release`, `reported` is told of the node's errors. */
  watchErrorsOf(node: Node): void {
    this.#errors.watch(node);
  }

  /** Whether a deploy has taken the node away; a message may reach it all the same. */
  isStopped(node: Node): boolean {
    return this.#isDeploying || (this.RED.nodes.getNode(node.id) as Node | null) !== node;
  }

  #add<Event>(name: string, handler: (event: Event) => void): void {
    this.#hooks.add(`${name}.${LABEL}`, handler as (event: never) => void);
  }

  readonly #deployBegins = () => {
    this.#isDeploying = true;
    // Node-RED closes all nodes in this very turn, and some call `done` then for all they hold.
    this.#isClosing = true;
    queueMicrotask(() => {
      this.#isClosing = false;
    });
  };

  readonly #deployEnds = () => {
    this.#isDeploying = false;
  };
}
