/** Lets a node handle messages as its settings say, or tell with each message why it cannot. */

import type { Node, NodeMessage } from 'node-red';
import { errorText } from '../../../src/errors/error-text';
import { fail } from '../status/say';
import { invalidStatus } from '../status/subscription';

/** One message, or nothing, for each output. */
export type Send = (messages: (NodeMessage | null)[]) => void;

/** Resolves when it was done with the message; a plain return says that it was. */
export type InputHandler = (message: NodeMessage, send: Send) => void | Promise<void>;

/** `create` throws where the settings cannot be used. */
export function handleInput(node: Node, create: () => InputHandler): void {
  let handle: InputHandler;
  try {
    handle = create();
  } catch (error) {
    const message = errorText(error);
    node.status(invalidStatus(node.type));
    fail(node, message);
    // what arrives all the same does not vanish: a Catch node gets it
    handle = () => {
      throw new Error(message);
    };
  }
  node.on('input', (message, send, done) => {
    try {
      const handled = handle(message, send as Send);
      if (handled) handled.then(() => done(), done);
      else done();
    } catch (error) {
      done(error as Error);
    }
  });
}
