/**
 * Hears which errors nodes report of messages with `node.error(error, message)`. No hook tells it, and
 * many nodes report so and then call `done` without an error: HTTP request when no server answers, any
 * node whose handler throws. So the `error` method of the nodes in question is listened in on.
 */
import type { Node } from 'node-red';
import type { RuntimeMessage } from './messages';

type ErrorMethod = (error: unknown, message?: unknown) => void;

/** `error` as an own property, which hides that of the prototype. */
interface Tapped {
  error: ErrorMethod;
}

interface Tap {
  readonly node: Node;
  readonly remove: () => void;
}

export class ReportedErrors {
  /** By the node's id: a deploy makes a new node of the same id. */
  readonly #taps = new Map<string, Tap>();

  /** `onError` is called before Catch nodes get the error. */
  constructor(
    private readonly onError: (node: Node, message: RuntimeMessage, error: unknown) => void,
  ) {}

  watch(node: Node): void {
    const known = this.#taps.get(node.id);
    if (known?.node === node) return;
    known?.remove();
    this.#taps.set(node.id, { node, remove: tap(node, this.onError) });
  }

  unwatchAll(): void {
    for (const { remove } of this.#taps.values()) remove();
    this.#taps.clear();
  }
}

/** Returns how to undo it. */
function tap(
  node: Node,
  onError: (node: Node, message: RuntimeMessage, error: unknown) => void,
): () => void {
  const target = node as unknown as Tapped;
  const before = Object.getOwnPropertyDescriptor(target, 'error');
  const original = target.error;
  let isWanted = true;
  const tapped: ErrorMethod = (error, message) => {
    if (isWanted && typeof message === 'object' && message !== null) onError(node, message, error);
    return original.call(node, error, message);
  };
  Object.defineProperty(target, 'error', { value: tapped, configurable: true, writable: true });
  return () => {
    isWanted = false;
    // somebody may have put a method of their own over ours; then ours only passes on
    if (target.error !== tapped) return;
    if (before) Object.defineProperty(target, 'error', before);
    else Reflect.deleteProperty(target, 'error');
  };
}
