/**
 * A file store in a process of its own, to be killed or to meet a full disk. Arguments: the directory, and how many
 * ids were recorded before. It says which of them it does not know, then records further ones and says each of them
 * when it is recorded, until it is killed or has recorded as many as the third argument says.
 */

import { FileStore } from '../../src/memory/file/file-store';
import { StoreDirectory } from '../../src/memory/file/store-directory';
import { systemClock } from '../../src/time/clock';
import { eventId } from './events';

const [directory = '', before = '0', more = 'Infinity'] = process.argv.slice(2);
const HOUR = 3_600_000;
const say = (what: string, value: unknown) =>
  process.stdout.write(`${JSON.stringify({ [what]: value })}\n`);

// Whatever ends the test, even a kill, must not leave this process behind.
process.stdin.on('end', () => process.exit(1)).resume();

const place = new StoreDirectory({
  directory,
  clock: systemClock,
  tell: (health) => say('health', health),
});
const store = new FileStore({ place, maxEntries: 100_000 });
store.retain(HOUR);
const missing = (count: number) =>
  Array.from({ length: count }, (_, n) => eventId(n)).filter(
    (id) => store.reserve(id, 'later', HOUR, HOUR) === 'reserved',
  ).length;
try {
  say('missing', missing(Number(before)));
} catch (error) {
  say('error', (error as Error).message);
}

function recordMore(from: number): void {
  const end = Math.min(from + 50, Number(more));
  for (let n = from; n < end; n++) {
    store.record(eventId(n), 'first', HOUR);
    say('recorded', n + 1);
  }
  if (end < Number(more)) setImmediate(recordMore, end);
  else say('unknown', missing(end));
}
if (Number(more) > 0) recordMore(Number(before));
