/** Keys of bounded size for what is remembered by an id: whoever writes to the queue says how long an id is. */
import { createHash } from 'node:crypto';

/** Characters. INVERS' ids have 26. */
const LONGEST = 200;

/** The id itself, unless it is long: then its digest, which no short id looks like. */
export function boundedKey(id: string): string {
  if (id.length <= LONGEST) return id;
  return `sha-256 ${createHash('sha256').update(id).digest('base64url')}`;
}

/** For what has no id: the digest of its bytes. */
export function contentKey(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
