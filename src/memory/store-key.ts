/** What a key looks like in a store: short, printable, without spaces, whatever it was before. */
import { createHash } from 'node:crypto';
import { LONGEST_KEY } from './memory/recent-keys';

const PLAIN = new RegExp(`^[!-~]{1,${LONGEST_KEY}}$`);

/** INVERS' ids stay as they are; anything else becomes the first 37 base64url characters (222 bits) of its SHA-256. */
export function storeKey(key: string): string {
  if (PLAIN.test(key)) return key;
  return createHash('sha256').update(key).digest('base64url').slice(0, LONGEST_KEY);
}
