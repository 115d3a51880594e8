/** What Node-RED's runtime tells about messages on their way between nodes, while somebody wants to know. */
import type { Node, NodeAPI } from 'node-red';
import type { Completion, HandOver, RuntimeMessage } from './messages';
import { ReportedErrors } from './reported-errors';

/** What happens to messages; each is called in the turn in which it happens. */
export interface FlowObserver {
  /** A message is on its way to a node. */
  handedOver(event: HandOver): void;
  /** A node is about to handle a message; `isStopped`: a deploy has taken its handlers away. */
  received(event: HandOver, isStopped: boolean): void;
  /** A node's handler has run. */
  handled(event: HandOver): void;
  /** A node has called `done`; `isClosing`: because a deploy or Node-RED's end is closing it. */
  completed(event: Completion, isClosing: boolean): void;
  /** A node reported an error of a message, whether it calls `done` or not. */
  reported(node: Node, message: RuntimeMessage, error: unknown): void;
  /** A message was sent to a node that a deploy has stopped: Node-RED drops it without a word. */
  dropped(event: HandOver): void;
}

/** What the published types of Node-RED say more narrowly than the runtime does. */
interface Hooks {
  add(name: string, handler: (event: never) => void): void;
  remove(name: string): void;
}

export class FlowHooks {
  readonly #hooks: Hooks;
  readonly #errors: ReportedErrors;
  #users = 0;
  #isDeploying = false;
  #isClosing = false;

  /** `label` sets these hooks apart from those of others. */
  constructor(
    private readonly RED: NodeAPI,
    private readonly label: string,
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
    // Where messages are delivered synchronously, `postDeliver` comes after the receipt.
    const handOver = RED.settings['runtimeSyncDelivery' as never] ? 'preDeliver' : 'postDeliver';
    this.#add(handOver, (event: HandOver) => observer.handedOver(event));
    this.#add('onReceive', (event: HandOver) => this.#received(event));
    this.#add('postReceive', (event: HandOver) => observer.handled(event));
    this.#add('onComplete', (event: Completion) => observer.completed(event, this.#isClosing));
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
    this.#hooks.remove(`*.${this.label}`);
    this.#errors.unwatchAll();
  }

  /** From now on, and until the last `release`, `reported` is told of the node's errors. */
  watchErrorsOf(node: Node): void {
    this.#errors.watch(node);
  }

  #add<Event>(name: string, handler: (event: Event) => void): void {
    this.#hooks.add(`${name}.${this.label}`, handler as (event: never) => void);
  }

  #received(event: HandOver): void {
    const { _inputCallback, _inputCallbacks } = event.destination.node;
    this.observer.received(event, this.#isDeploying && !_inputCallback && !_inputCallbacks);
  }

  readonly #deployBegins = () => {
    this.#isDeploying = true;
    // Node-RED closes all nodes in this very turn, and some call `done` then for all they hold.
    this.#isClosing = true;
    queueMicrotask(() => {
      this.#isClosing = false;
    });
    this.#hooks.remove(`preRoute.${this.label}`);
    this.#add('preRoute', (event: HandOver) => {
      if (!this.RED.nodes.getNode(event.destination.id)) this.observer.dropped(event);
    });
  };

  readonly #deployEnds = () => {
    this.#isDeploying = false;
    this.#hooks.remove(`preRoute.${this.label}`);
  };
}
