/** Whether a directory can be a store's, found out without making it or writing into it. */
import fs from 'node:fs';
import path from 'node:path';
import { StoreAway } from '../key-store';

/** True where it is there already, false where it will be made. Throws a StoreAway with what to do. */
export function tryDirectory(directory: string): boolean {
  const found = nearest(directory);
  const isThere = found === directory;
  if (!fs.statSync(found).isDirectory()) {
    throw new StoreAway(`${found} is not a directory: name another one.`);
  }
  try {
    fs.accessSync(found, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = isThere ? 'cannot be written to' : `cannot be made in ${found}`;
    const who = 'give the user who runs Node-RED the permission, or name another one';
    throw new StoreAway(`The directory ${directory} ${what} (${code}): ${who}.`);
  }
  return isThere;
}

/** The directory itself, or the first above it that is there. */
function nearest(place: string): string {
  let at = place;
  while (!fs.existsSync(at) && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}
