/** Which vehicle an event is about: the usual places, a place of the user's, and what is no id. */
import assert from 'node:assert/strict';
import { vehicleIdReader } from '../../../src/events/vehicle-id';

describe('the vehicle of an event', () => {
  const usual = vehicleIdReader('');

  it('is the first of the usual places that holds a text', () => {
    const all = { vehicle_id: 'a', vehicle: { vehicle_id: 'b', id: 'c' } };
    assert.equal(usual(all), 'a');
    assert.equal(usual({ ...all, vehicle_id: 7 }), 'b');
    assert.equal(usual({ vehicle: { vehicle_id: '', id: 'c' } }), 'c');
  });

  it('is not known where none of them does, and nothing is inherited', () => {
    const nothing = [{}, { vehicle: null }, { vehicle: 'c' }, { vehicle: { id: { id: 'c' } } }, []];
    for (const data of nothing) assert.equal(usual(data), undefined);
    assert.equal(vehicleIdReader('constructor.name')({}), undefined);
  });

  it('is told by its digest where it is so long that nobody should remember it', () => {
    const [one, other] = ['a', 'b'].map((end) =>
      usual({ vehicle_id: 'v'.repeat(1_000_000) + end }),
    );
    assert.match(String(one), /^sha-256 [\w-]{43}$/);
    assert.notEqual(one, other);
    const longest = 'v'.repeat(200);
    assert.equal(usual({ vehicle_id: longest }), longest);
  });

  it('is found where the user says, in lists too, and nowhere else', () => {
    const data = { vehicle_id: 'a', cars: [{ plate: { text: 'b' } }] };
    assert.equal(vehicleIdReader('cars[0].plate.text')(data), 'b');
    assert.equal(vehicleIdReader('cars[1].plate.text')(data), undefined);
  });
});
