/** Which events are suspected of what ended the process, and which of them is found guilty. */
import assert from 'node:assert/strict';
import { Suspects } from '../../../src/delivery/attempts/suspects';
import { MovedClock, turn } from '../../support/moved-clock';
import { SuspectsDisk } from '../../support/suspects-disk';

const PREFETCH = 3;

/** A topic that is killed and started again: each life has its own memory, and the disk of the one before. */
function createHost() {
  const disk = new SuspectsDisk();
  const clock = new MovedClock();
  const live = () => {
    const suspects = new Suspects(disk, PREFETCH, clock);
    suspects.begin();
    return suspects;
  };
  /** They come again, and what is to be written is written. */
  const returned = async (suspects: Suspects, ...ids: string[]) => {
    const ends = ids.map((id) => suspects.arrives(id, true));
    await turn();
    return ends;
  };
  return { clock, disk, live, returned };
}

describe('events that were in the flow when Node-RED was killed', () => {
  it('are suspects of the first end when they come again, and written down together', async () => {
    const { disk, live, returned } = createHost();
    live();
    const second = live();
    disk.writes.length = 0;
    assert.deepEqual(await returned(second, 'a', 'b'), [1, 1]);
    assert.deepEqual(disk.writes, ['suspects']);
    assert.equal(second.runsAlone('a'), false);
    assert.equal(second.endsBy('a'), 0, 'any of them may have done it');
  });

  it('run alone after a second end, and only the one that was out is counted further', async () => {
    const { clock, live, returned } = createHost();
    live();
    await returned(live(), 'a', 'b');
    let suspects = live();
    assert.deepEqual(await returned(suspects, 'a', 'b'), [2, 2]);
    assert.equal(suspects.runsAlone('a'), true);
    assert.equal(suspects.endsBy('a'), 0);
    suspects.setsOut('d1', 'b');
    suspects = live();
    assert.deepEqual(await returned(suspects, 'a', 'b'), [2, 3]);
    assert.deepEqual([suspects.endsBy('a'), suspects.endsBy('b')], [0, 3]);
    suspects.setsOut('d2', 'a');
    suspects.ended('d2', 'a', true);
    suspects.setsOut('d3', 'b');
    await clock.pass(1_000);
    suspects = live();
    assert.deepEqual(await returned(suspects, 'b'), [4]);
    assert.equal(suspects.endsBy('b'), 4);
    assert.deepEqual(await returned(suspects, 'a'), [1], 'it was cleared');
  });

  it('are cleared by a good end, and stay suspects where they were given back', async () => {
    const { clock, disk, live, returned } = createHost();
    live();
    const suspects = live();
    await returned(suspects, 'a', 'b');
    suspects.ended('d1', 'a', true);
    suspects.ended('d2', 'b', false);
    await clock.pass(1_000);
    assert.deepEqual([...disk.suspects.keys()], ['b']);
    assert.equal(suspects.arrives('a', false), 0);
    assert.equal(suspects.arrives('b', true), 1, 'the return of a failed one is no end');
  });

  it('are not counted further while they wait in the queue', async () => {
    const { clock, live, returned } = createHost();
    live();
    const suspects = live();
    await returned(suspects, 'a');
    suspects.ended('d1', 'a', false);
    await clock.pass(1_000);
    assert.deepEqual(await returned(live(), 'a'), [1]);
  });

  it('are counted once more when the process ends while they are tried again', async () => {
    const { live, returned } = createHost();
    live();
    const suspects = live();
    await returned(suspects, 'a', 'b');
    for (const id of ['a', 'b']) suspects.ended(`of ${id}`, id, false);
    assert.deepEqual(await returned(suspects, 'a'), [1]);
    assert.deepEqual(await returned(live(), 'a', 'b'), [2, 1]);
  });

  it('are as many as the former process could have, and come within minutes', async () => {
    const { clock, live, returned } = createHost();
    live();
    assert.deepEqual(await returned(live(), 'a', 'b', 'c', 'd'), [1, 1, 1, 0]);
    const later = live();
    await clock.pass(5 * 60_000);
    assert.deepEqual(await returned(later, 'e'), [1]);
    await clock.pass(1);
    assert.deepEqual(await returned(later, 'f'), [0]);
  });

  it('are none with an id that is longer than one of INVERS', async () => {
    const { live, returned } = createHost();
    live();
    const ids = ['x'.repeat(200), 'x'.repeat(201)];
    assert.deepEqual(await returned(live(), ...ids), [1, 0]);
  });

  it('are not those of a topic that is told twice to consume', async () => {
    const { live, returned } = createHost();
    const suspects = live();
    suspects.begin();
    assert.deepEqual(await returned(suspects, 'a'), [0]);
  });

  it('are not those that this process gave back itself, nor new ones', async () => {
    const { live } = createHost();
    live();
    const suspects = live();
    assert.equal(suspects.arrives('a', false), 0);
    suspects.ended('d1', 'a', false);
    assert.equal(suspects.arrives('a', true), 0);
  });

  it('are not those that come again after the connection was lost', async () => {
    const { live, returned } = createHost();
    live();
    const suspects = live();
    suspects.lost();
    assert.deepEqual(await returned(suspects, 'a'), [0]);
  });
});

describe('events that come again without a crash of ours', () => {
  it('are no suspects: another Node-RED on the queue may have died', async () => {
    const { disk, live, returned } = createHost();
    live().end();
    const suspects = live();
    disk.writes.length = 0;
    assert.deepEqual(await returned(suspects, 'a', 'b'), [0, 0]);
    suspects.ended('d1', 'a', true);
    suspects.ended('d2', 'b', false);
    suspects.lost();
    assert.deepEqual(disk.writes, [], 'normal operation writes nothing');
  });

  it('are no suspects where the kill came after an orderly end had begun', async () => {
    const { live, returned } = createHost();
    live();
    const suspects = live();
    await returned(suspects, 'a');
    suspects.end();
    assert.deepEqual(await returned(live(), 'a', 'b'), [1, 0]);
  });

  it('are no suspects, and none is noted any more, once an orderly end has begun', async () => {
    const { disk, live, returned } = createHost();
    live();
    const suspects = live();
    disk.writes.length = 0;
    const arrived = returned(suspects, 'a');
    suspects.end();
    assert.deepEqual(await arrived, [1]);
    suspects.setsOut('d1', 'a');
    suspects.lost();
    assert.deepEqual(await returned(suspects, 'a', 'b'), [0, 0]);
    assert.equal(disk.mark, 'orderly end');
    assert.deepEqual(disk.writes, ['suspects', 'mark']);
  });

  it('are no concern of a topic that never consumed, which leaves no trace', () => {
    const disk = new SuspectsDisk();
    new Suspects(disk, PREFETCH, new MovedClock()).end();
    assert.deepEqual(disk.writes, []);
  });

  it('are known to have no past only where the topic ran before', () => {
    const { live } = createHost();
    assert.equal(live().isPastKnown, false);
    assert.equal(live().isPastKnown, true);
  });
});

describe('events that blocked a process which lived on', () => {
  it('are counted like those of a process that ended', async () => {
    const { live, returned } = createHost();
    const suspects = live();
    const beside = { id: 'd1', eventId: 'a' };
    const poison = { id: 'd2', eventId: 'b' };
    suspects.blame([beside, poison], false);
    suspects.lost();
    assert.deepEqual(await returned(suspects, 'a', 'b'), [1, 1]);
    suspects.blame([beside, poison], false);
    suspects.lost();
    assert.deepEqual(await returned(suspects, 'a', 'b'), [2, 2]);
    suspects.setsOut('d2', 'b');
    suspects.blame([beside, poison], false);
    suspects.lost();
    assert.deepEqual([suspects.endsBy('a'), suspects.endsBy('b')], [0, 3]);
    await turn();
    assert.deepEqual(await returned(live(), 'a', 'b'), [2, 3], 'also after a restart');
  });

  it('are guilty at once where it is certain who it was', () => {
    const { live } = createHost();
    const suspects = live();
    suspects.blame([{ id: 'd1', eventId: 'a' }], true);
    assert.equal(suspects.endsBy('a'), 1);
  });
});

describe('what is remembered of suspects', () => {
  it('is forgotten after a week', async () => {
    const { clock, live } = createHost();
    const suspects = live();
    suspects.blame([{ id: 'd1', eventId: 'a' }], true);
    await clock.pass(6 * 24 * 3_600_000);
    // it comes and goes without being counted
    suspects.arrives('a', true);
    suspects.ended('d1', 'a', false);
    suspects.blame([{ id: 'd2', eventId: 'b' }], true);
    await clock.pass(2 * 24 * 3_600_000);
    const later = live();
    assert.deepEqual([later.endsBy('a'), later.endsBy('b')], [0, 1]);
  });

  it('is bounded, in number and in length', async () => {
    const { disk, live } = createHost();
    const suspects = live();
    suspects.blame(
      Array.from({ length: 10_500 }, (_, n) => ({ id: `d${n}`, eventId: `event ${n}` })),
      true,
    );
    const long = ['x'.repeat(200), 'x'.repeat(201)];
    suspects.blame(
      long.map((eventId) => ({ id: 'long', eventId })),
      true,
    );
    assert.deepEqual(
      long.map((eventId) => suspects.endsBy(eventId)),
      [1, 0],
    );
    await turn();
    assert.equal(disk.suspects.size, 10_000);
    assert.equal(suspects.endsBy('event 0'), 0);
    assert.equal(suspects.endsBy('event 10499'), 1);
  });
});
