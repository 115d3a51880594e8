/** Whether what vehicles tell arrives as they tell it, by how old the events are that come. */
import assert from 'node:assert/strict';
import { Listening } from '../../../src/vehicle/watch/listening';

const START = Date.UTC(2025, 5, 1);
const MINUTE = 60_000;

describe('listening', () => {
  it('hears everything while events come as they happen', () => {
    const listening = new Listening(START);
    listening.heard(START - 5_000, START);
    listening.heard(START + 50_000, START + 2 * MINUTE - 10_001);
    assert.deepEqual([listening.isDeaf, listening.deaf, listening.lookAt], [false, [], undefined]);
  });

  it('hears nothing for sure from the newest event on, while old ones come, until a fresh one does', () => {
    const listening = new Listening(START);
    listening.heard(START, START);
    listening.heard(START + 10 * MINUTE, START + 60 * MINUTE);
    assert.deepEqual(listening.deaf, [{ from: START }]);
    listening.heard(START + 61 * MINUTE, START + 61 * MINUTE + 1_000);
    assert.equal(listening.isDeaf, false);
    assert.deepEqual(listening.deaf, [{ from: START, to: START + 61 * MINUTE + 1_000 }]);
  });

  it('takes a backlog for worked off when nothing has come for a quarter of a minute', () => {
    const listening = new Listening(START);
    listening.heard(START - 60 * MINUTE, START);
    assert.equal(listening.lookAt, START + 15_000);
    listening.look(START + 14_999);
    assert.equal(listening.isDeaf, true);
    listening.look(START + 15_000);
    assert.equal(listening.isDeaf, false);
  });

  it('begins after a start where the last event was heard before, and goes on likewise', () => {
    const listening = new Listening(START);
    listening.resume(START - 600 * MINUTE, START + 1_000);
    assert.deepEqual(listening.deaf, [{ from: START - 600 * MINUTE }]);
    listening.look(START + 16_000);
    assert.deepEqual(listening.deaf, [{ from: START - 600 * MINUTE, to: START + 16_000 }]);
  });
});
