/** How a message of ours repeats what is typed or stored: a flow that somebody else made may hold anything. */
import { printable } from '../../src/errors/printable';

/** Characters of a value that a message repeats. */
const LONGEST = 120;

/**
 * Some of Node-RED's tooltips take messages for HTML and others for text, so the signs that begin and end a tag
 * are replaced by others that look like them: right in both.
 */
export function quoted(value: unknown, longest = LONGEST): string {
  return printable(String(value), longest).replaceAll('<', '‹').replaceAll('>', '›');
}
