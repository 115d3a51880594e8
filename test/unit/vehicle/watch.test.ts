/** A watch says once when its conditions begin to hold, and once when that is over: by events and by the clock. */
import assert from 'node:assert/strict';
import { merge } from '../../../src/vehicle/merge';
import { NameLists } from '../../../src/vehicle/name-lists';
import type { Value, Vehicle } from '../../../src/vehicle/vehicle';
import type { Deafness, Episode } from '../../../src/vehicle/watch/episode';
import { stepWatch, type Watch } from '../../../src/vehicle/watch/watch';
import { at, newsAt, START, watchOn } from '../../support/vehicle';

const DAY = 86_400;

/** One vehicle and one watch; times in seconds. */
class Watched {
  episode: Episode | undefined;
  wakeAt: number | undefined;
  deaf: Deafness[] = [];
  #vehicle: Vehicle | undefined;
  readonly #lists = new NameLists();

  constructor(public watch: Watch) {}

  /** An event of that second, which arrives then or later. */
  hears(second: number, values: Record<string, Value>, arrives = second): string {
    this.#vehicle = merge(this.#vehicle, newsAt(second, values), this.#lists).vehicle;
    return this.asks(arrives);
  }

  /** What it says: `raised 0` with the second since when it holds. */
  asks(second: number): string {
    assert.ok(this.#vehicle);
    const facts = { vehicle: this.#vehicle, now: at(second), deaf: this.deaf };
    const { episode, say, since, isRepeated, wakeAt } = stepWatch(this.watch, this.episode, facts);
    // as a store gives it back
    this.episode = episode && (JSON.parse(JSON.stringify(episode)) as Episode);
    this.wakeAt = wakeAt === undefined ? undefined : (wakeAt - START) / 1000;
    if (say === undefined) return '';
    return `${isRepeated ? 'still ' : ''}${say} ${((since ?? 0) - START) / 1000}`;
  }
}

function watching(...args: Parameters<typeof watchOn>): Watched {
  return new Watched(watchOn(...args));
}

describe('a watch on a value', () => {
  it('says once that it begins, and once that it is over, each time anew', () => {
    const car = watching([['x', 'lt', '20']]);
    const said = [30, 19, 15, 18, 20, 25, 10].map((x, second) => car.hears(second, { x }));
    assert.deepEqual(said, ['', 'raised 1', '', '', 'cleared 1', '', 'raised 6']);
    assert.equal(car.wakeAt, undefined);
  });

  it('remembers nothing of a vehicle where nothing is going on', () => {
    const car = watching([['x', 'lt', '20']]);
    car.hears(0, { x: 30 });
    assert.equal(car.episode, undefined);
    car.hears(1, { x: 10 });
    car.hears(2, { x: 30 });
    assert.equal(car.episode, undefined);
  });

  it('does not flutter between its value and the one at which it is over', () => {
    const car = watching([['x', 'lt', '20', '40']]);
    const said = [39, 19, 21, 19, 39, 40, 39, 19].map((x, second) => car.hears(second, { x }));
    assert.deepEqual(said, ['', 'raised 1', '', '', '', 'cleared 1', '', 'raised 7']);
  });

  it('takes no notice of late news', () => {
    const car = watching([['x', 'lt', '20']]);
    assert.equal(car.hears(10, { x: 10 }), 'raised 10');
    assert.equal(car.hears(5, { x: 50 }, 11), '');
    assert.equal(car.hears(12, { x: 50 }), 'cleared 10');
    assert.equal(car.hears(11, { x: 10 }, 13), '');
  });

  it('neither begins nor ends by what cannot be told', () => {
    const car = watching([['x.y', 'neq', 'a']]);
    assert.equal(car.hears(0, { z: 1 }), '');
    assert.equal(car.hears(1, { x: { y: 'b' } }), 'raised 1');
    assert.equal(car.hears(2, { x: { other: 1 } }), '');
    assert.equal(car.hears(3, { x: { y: 'c' } }), '');
    assert.equal(car.hears(4, { x: { y: 'a' } }), 'cleared 1');
  });

  it('needs all of its conditions to begin, and one of them to be over', () => {
    const car = watching([
      ['lock', 'eq', 'UNLOCKED'],
      ['ignition', 'eq', 'OFF'],
    ]);
    assert.equal(car.hears(0, { lock: 'UNLOCKED' }), '');
    assert.equal(car.hears(1, { ignition: 'ON' }), '');
    assert.equal(car.hears(2, { ignition: 'OFF' }), 'raised 2');
    assert.equal(car.hears(3, { lock: 'LOCKED' }), 'cleared 2');
    assert.equal(car.hears(4, { ignition: 'ON' }), '');
  });

  it('is over by one that can be told although another cannot', () => {
    const car = watching([
      ['a.b', 'true'],
      ['x', 'lt', '5'],
    ]);
    assert.equal(car.hears(0, { a: { b: true }, x: 1 }), 'raised 0');
    assert.equal(car.hears(1, { a: { c: 1 }, x: 9 }), 'cleared 0');
  });

  it('says the same when it is asked the same again, and keeps the very same episode', () => {
    const watch = watchOn([['x', 'lt', '20']], { holdFor: 60 });
    const facts = { vehicle: newsAt(0, { x: 1 }), now: at(5), deaf: [] };
    const first = stepWatch(watch, undefined, facts);
    assert.deepEqual(stepWatch(watch, undefined, facts), first);
    assert.equal(stepWatch(watch, first.episode, facts).episode, first.episode);
  });

  it('goes on with what it remembers when its conditions were changed meanwhile', () => {
    const old = watching([['x', 'lt', '20']]);
    old.hears(0, { x: 10 });
    const { episode } = old;
    const changed = watching(
      [
        ['x', 'lt', '5'],
        ['x', 'gt', '0'],
      ],
      { holdFor: 60 },
    );
    changed.episode = episode;
    assert.equal(changed.hears(1, { x: 10 }), 'cleared 0');
    assert.equal(changed.hears(2, { x: 3 }), '');
    assert.equal(changed.asks(62), 'raised 2');
  });
});

describe('a watch that must hold for some time', () => {
  it('counts from the time stamp at which it began, and asks to be woken', () => {
    const car = watching([['x', 'lt', '20']], { holdFor: 300 });
    assert.equal(car.hears(0, { x: 10 }, 20), '');
    assert.equal(car.wakeAt, 300);
    assert.equal(car.hears(200, { x: 11 }), '');
    assert.equal(car.asks(299), '');
    assert.equal(car.asks(300), 'raised 0');
    assert.equal(car.hears(400, { x: 30 }), 'cleared 0');
  });

  it('begins anew after a break, also where the value at which it is over was not reached', () => {
    const car = watching([['x', 'lt', '20', '40']], { holdFor: 300 });
    car.hears(0, { x: 10 });
    assert.equal(car.hears(100, { x: 21 }), '');
    assert.equal(car.episode, undefined);
    assert.equal(car.hears(200, { x: 10 }), '');
    assert.equal(car.asks(499), '');
    assert.equal(car.asks(500), 'raised 200');
  });

  it('counts for several conditions from the last that began', () => {
    const car = watching(
      [
        ['lock', 'eq', 'UNLOCKED'],
        ['ignition', 'eq', 'OFF'],
      ],
      { holdFor: 300 },
    );
    car.hears(0, { ignition: 'OFF' });
    car.hears(100, { lock: 'UNLOCKED' });
    // the ignition is told again, and has been off all the time
    car.hears(200, { ignition: 'OFF' });
    assert.equal(car.wakeAt, 400);
    assert.equal(car.asks(400), 'raised 100');
  });

  it('says after a restart what fell due meanwhile, if it still holds', () => {
    const car = watching([['x', 'lt', '20']], { holdFor: 300 });
    car.hears(0, { x: 10 });
    assert.equal(car.asks(5000), 'raised 0');
    const other = watching([['x', 'lt', '20']], { holdFor: 300 });
    other.hears(0, { x: 10 });
    assert.equal(other.hears(4000, { x: 30 }, 5000), '');
  });

  it('sees in a backlog the breaks that are still to come', () => {
    const car = watching([['x', 'lt', '20']], { holdFor: 300 });
    car.deaf = [{ from: at(50) }];
    assert.equal(car.hears(0, { x: 10 }, 5000), '');
    assert.equal(car.wakeAt, undefined);
    assert.equal(car.hears(100, { x: 30 }, 5001), '');
    assert.equal(car.hears(150, { x: 10 }, 5002), '');
    assert.equal(car.hears(200, { other: 1 }, 5003), '');
    car.deaf = [{ from: at(50), to: at(5004) }];
    assert.equal(car.asks(5004), 'raised 150');
  });

  it('counts in a backlog by the events of the vehicle', () => {
    const car = watching([['x', 'lt', '20']], { holdFor: 300 });
    car.deaf = [{ from: at(50) }];
    assert.equal(car.hears(0, { x: 10 }, 5000), '');
    assert.equal(car.hears(301, { x: 9 }, 5001), 'raised 0');
  });

  it('does not begin by the clock while it cannot be told', () => {
    const car = watching([['a.b', 'true']], { holdFor: 300 });
    car.hears(0, { a: { b: true } });
    car.hears(100, { a: {} });
    assert.equal(car.asks(400), '');
    assert.equal(car.hears(500, { a: { b: true } }), 'raised 0');
  });
});

describe('a watch that is repeated', () => {
  it('says it again while it lasts', () => {
    const car = watching([['x', 'lt', '20']], { repeat: 10 });
    assert.equal(car.hears(0, { x: 10 }), 'raised 0');
    assert.equal(car.wakeAt, 600);
    assert.equal(car.hears(500, { x: 11 }), '');
    assert.equal(car.wakeAt, 600);
    assert.equal(car.asks(600), 'still raised 0');
    assert.equal(car.wakeAt, 1200);
    assert.equal(car.hears(1000, { x: 30 }), 'cleared 0');
    assert.equal(car.wakeAt, undefined);
  });

  it('is not while nothing can be heard that may have ended it', () => {
    const car = watching([['x', 'lt', '20']], { repeat: 10 });
    car.hears(0, { x: 10 });
    car.deaf = [{ from: at(100) }];
    assert.equal(car.asks(700), '');
    assert.equal(car.wakeAt, undefined);
    car.deaf = [{ from: at(100), to: at(800) }];
    assert.equal(car.asks(800), 'still raised 0');
  });
});

describe('a watch on silence', () => {
  it('says that nothing was heard, and that something was heard again', () => {
    const car = watching([['', 'silent', String(DAY)]]);
    assert.equal(car.hears(0, {}), '');
    assert.equal(car.wakeAt, DAY);
    assert.equal(car.hears(100, { x: 1 }), '');
    assert.equal(car.wakeAt, DAY + 100);
    assert.equal(car.asks(DAY), '');
    assert.equal(car.asks(DAY + 100), `raised ${DAY + 100}`);
    assert.equal(car.asks(2 * DAY), '');
    assert.equal(car.hears(2 * DAY, {}), `cleared ${DAY + 100}`);
  });

  it('counts by when events happened, not by when they arrive', () => {
    const car = watching([['', 'silent', '100']]);
    car.hears(0, {}, 90);
    assert.equal(car.wakeAt, 100);
  });

  it('does not count the time in which nobody listened', () => {
    const car = watching([['', 'silent', '100']]);
    car.hears(0, {});
    car.deaf = [{ from: at(40), to: at(70) }];
    assert.equal(car.asks(100), '');
    assert.equal(car.wakeAt, 130);
    car.deaf = [{ from: at(40), to: at(70) }, { from: at(110) }];
    assert.equal(car.asks(5000), '');
    assert.equal(car.wakeAt, undefined);
    car.deaf = [
      { from: at(40), to: at(70) },
      { from: at(110), to: at(6000) },
    ];
    assert.equal(car.asks(6000), '');
    assert.equal(car.wakeAt, 6020);
    assert.equal(car.asks(6020), 'raised 6020');
  });

  it('counts from the last event also where nobody had listened before it', () => {
    const car = watching([['', 'silent', '100']]);
    car.deaf = [{ from: at(-50), to: at(10) }];
    car.hears(0, {}, 60);
    assert.equal(car.wakeAt, 110);
  });

  it('is ended by the vehicle alone, not by a time that turns out not to count', () => {
    const car = watching([['', 'silent', '100']]);
    car.hears(0, {});
    assert.equal(car.asks(100), 'raised 100');
    car.deaf = [{ from: at(50) }];
    assert.equal(car.asks(120), '');
    assert.equal(car.hears(119, {}, 121), 'cleared 100');
  });

  it('goes together with other conditions', () => {
    const car = watching([
      ['', 'silent', '100'],
      ['x', 'eq', 'PARKED'],
    ]);
    car.hears(0, { x: 'DRIVING' });
    assert.equal(car.wakeAt, undefined);
    car.hears(10, { x: 'PARKED' });
    assert.equal(car.wakeAt, 110);
    assert.equal(car.asks(110), 'raised 110');
  });
});

describe('a watch on every step', () => {
  it('says each multiple once, and nothing of its end', () => {
    const car = watching([['km', 'every', '15000']]);
    const said = [14_000, 15_001, 15_002, 29_999, 30_000, 61_000, 74_999].map((km, second) =>
      car.hears(second, { km }),
    );
    assert.deepEqual(said, ['', 'raised 1', '', '', 'raised 4', 'raised 5', '']);
  });

  it('does not say it again when the value wavers, and begins anew with another counter', () => {
    const car = watching([['km', 'every', '100']]);
    const said = [99, 101, 99, 101, 12, 101, 350, 20, 101].map((km, second) =>
      car.hears(second, { km }),
    );
    assert.deepEqual(said, ['', 'raised 1', '', '', '', '', 'raised 6', '', 'raised 8']);
  });

  it('says it when its other conditions hold too', () => {
    const car = watching([
      ['km', 'every', '100'],
      ['rented', 'false'],
    ]);
    assert.equal(car.hears(0, { km: 90, rented: true }), '');
    assert.equal(car.hears(1, { km: 110 }), '');
    assert.equal(car.hears(2, { rented: false }), 'raised 2');
    assert.equal(car.hears(3, { rented: true }), '');
    assert.equal(car.hears(4, { rented: false }), '');
  });
});

describe('a watch whose conditions a deploy has changed', () => {
  it('counts with another step from where the vehicle is, and says nothing of what it passed before', () => {
    const car = watching([['km', 'every', '15000']]);
    assert.equal(car.hears(0, { km: 46_000 }), '');
    car.watch = watchOn([['km', 'every', '5000']]);
    assert.equal(car.hears(1, { km: 46_001 }), '');
    assert.equal(car.hears(2, { km: 50_000 }), 'raised 2');
  });

  it('lets a condition hold for as long as is asked, not since another one began', () => {
    const car = watching([['ignition', 'eq', 'ON']], { holdFor: 300 });
    assert.equal(car.hears(0, { ignition: 'ON', lock: 'OPEN' }), '');
    car.watch = watchOn([['lock', 'eq', 'OPEN']], { holdFor: 300 });
    assert.equal(car.hears(290, { lock: 'OPEN' }), '');
    assert.equal(car.asks(310), '');
    assert.equal(car.asks(590), 'raised 290');
  });

  it('goes on with what was said, until that is over by the new ones', () => {
    const car = watching([['level', 'lt', '20']]);
    assert.equal(car.hears(0, { level: 10 }), 'raised 0');
    car.watch = watchOn([['level', 'lt', '15']]);
    assert.equal(car.hears(1, { level: 11 }), '');
    assert.equal(car.hears(2, { level: 16 }), 'cleared 0');
  });
});
