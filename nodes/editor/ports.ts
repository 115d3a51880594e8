/** Which output becomes which when a form changes a node's outputs, so that wires follow their output. */

/**
 * The first key for an output that was added while the form is open. An older output's key is the port it had when
 * the form was opened. Digits only, because the editor keeps port labels by this key.
 */
export const FIRST_NEW_KEY = 65536;

/**
 * What the editor wants to read in `#node-input-outputs`: from each key to its output, -1 where it is gone.
 *
 * `before` is the number of outputs when the form was opened, `now` the keys of today's outputs in their order.
 */
export function portMap(before: number, now: readonly number[]): Record<string, number> {
  const map: Record<string, number> = {};
  for (let port = 0; port < before; port++) map[port] = -1;
  now.forEach((key, port) => {
    map[key] = port;
  });
  return map;
}
