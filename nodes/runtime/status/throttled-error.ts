/** Reports an error of each message to the Catch nodes, and to the log at most once in ten seconds, with a count. */
import type { Node, NodeMessage } from 'node-red';
import { printable } from '../../../src/errors/printable';
import { throttledWarning } from './throttled-warning';

/** What Node-RED's own `node.error` does first; it is not public, so it may be missing. */
interface Flow {
  handleError?(node: Node, text: string, message: NodeMessage): boolean;
}

export function throttledError(node: Node): (text: string, message: NodeMessage) => void {
  const log = throttledWarning((text) => node.error(text));
  return (foreign, message) => {
    const text = printable(foreign);
    const flow = (node as unknown as { _flow?: Flow })._flow;
    if (typeof flow?.handleError !== 'function') node.error(text, message);
    else if (!flow.handleError(node, text, message)) log(text);
  };
}
