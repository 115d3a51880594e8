/** Files of the package's own: for nobody else to read, and never by way of a link or a pipe that somebody put there. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Group and others. */
const WRITABLE_BY_OTHERS = 0o022;

/** Windows knows neither. A pipe would block for ever where the one who opens it waits for the other end. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants as Partial<typeof fs.constants>;

/** What was found in the place of a file is a link, a pipe, a folder or a device. */
export class NoFile extends Error {
  override readonly name = 'NoFile';
  readonly code = 'no-file';
}

/** What is there already keeps its permissions. Throws the system's error. */
export function makePrivateFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
}

/** A sentence where somebody else may change what is in the folder; undefined where not, or where it is not there. */
export function warningOfOpenFolder(folder: string): string | undefined {
  // Windows answers with modes that mean nothing
  if (process.platform === 'win32') return undefined;
  try {
    const mode = fs.statSync(folder).mode & 0o777;
    if ((mode & WRITABLE_BY_OTHERS) === 0) return undefined;
    return `Other users of this machine may write to ${folder} (mode ${mode.toString(8)}), and so change what is remembered there: chmod go-w ${folder}`;
  } catch {
    // it is made when it is needed
    return undefined;
  }
}

/** Opens a file that is there. Throws the system's error, or one that says that it is no file. */
export function openPrivate(file: string, access: 'read' | 'write'): number {
  const { O_RDONLY, O_RDWR } = fs.constants;
  return opened(file, (access === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK);
}

/** Makes a file that must not be there yet, and opens it for writing. */
export function createPrivate(file: string): number {
  // a link in its place, too, counts as a file that is there
  return fs.openSync(file, 'wx+', FILE_MODE);
}

export function readPrivate(file: string): Buffer {
  return readAndClose(openPrivate(file, 'read'));
}

/**
 * The same for a file of the user's own: a link may lead to it, as in what Docker and Kubernetes mount. Of a file
 * that is longer, so many bytes and one more.
 */
export function readUsersFile(file: string, longest: number): Buffer {
  const descriptor = opened(file, fs.constants.O_RDONLY | O_NONBLOCK);
  try {
    // never more than there is, and where nobody says how much that is, never more than was asked for
    const { size } = fs.fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size || longest, longest) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = fs.readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whole or not at all, whenever the process ends. Makes the folder, too. */
export function writePrivate(file: string, text: string): void {
  makePrivateFolder(path.dirname(file));
  const draft = `${file}.new`;
  // left behind by a process that was killed, or put there
  fs.rmSync(draft, { force: true });
  const descriptor = createPrivate(draft);
  try {
    fs.writeFileSync(descriptor, text);
  } finally {
    fs.closeSync(descriptor);
  }
  // takes the place of a link, and does not follow it
  fs.renameSync(draft, file);
}

/** Part of a file name for what may be any text: Node-RED takes any text of an imported flow for an id. */
export function fileNameOf(id: string): string {
  if (/^[\w-]{1,100}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex');
}

function opened(file: string, flags: number): number {
  const descriptor = fs.openSync(file, flags);
  if (fs.fstatSync(descriptor).isFile()) return descriptor;
  fs.closeSync(descriptor);
  throw new NoFile(`${file} is no file`);
}

function readAndClose(descriptor: number): Buffer {
  try {
    return fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
