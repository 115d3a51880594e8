/**
 * Vehicles in files, in a process of its own, to be killed. Arguments: the directory, and how many events were
 * acknowledged before. It says which of them it does not know, and which alerts it would raise again; then it lets
 * further events be acknowledged and says each, until it is killed.
 */
import { FileVehicles } from '../../src/memory/file/file-vehicles';
import { StoreDirectory } from '../../src/memory/file/store-directory';
import { VehicleStates } from '../../src/memory/vehicles/vehicle-states';
import { VehicleWatches } from '../../src/memory/vehicles/vehicle-watches';
import { systemClock } from '../../src/time/clock';
import { FakeDelivery, levelWatch, newsOf } from './vehicle-world';

const [directory = '', before = '0'] = process.argv.slice(2);
const VEHICLES = 200;
const say = (what: string, value: unknown) =>
  process.stdout.write(`${JSON.stringify({ [what]: value })}\n`);

// Whatever ends the test, even a kill, must not leave this process behind.
process.stdin.on('end', () => process.exit(1)).resume();

const place = new StoreDirectory({
  directory,
  clock: systemClock,
  tell: (health) => say('health', health),
  warn: (text) => say('warning', text),
});
const store = new FileVehicles({ place, maxVehicles: 1_000 });
const state = new VehicleStates(store, 'state');
const watch = new VehicleWatches({
  store,
  owner: 'watch',
  decide: levelWatch(Date.now),
  onCommitted: () => undefined,
});

/** Each vehicle's level is low in turn, for as many events as there are vehicles. */
const levelOf = (n: number) => (Math.floor(n / VEHICLES) % 2 === 0 ? 10 : 30);
const newsFrom = (n: number) =>
  newsOf(store.lists, `v${n % VEHICLES}`, n, { level: levelOf(n), count: n });

let missing = 0;
let again = 0;
for (let n = Math.max(0, Number(before) - VEHICLES); n < Number(before); n++) {
  const count = store.find(`v${n % VEHICLES}`)?.values[0];
  if (typeof count !== 'number' || count < n) missing += 1;
  const said = watch.evaluate(`v${n % VEHICLES}`, new FakeDelivery());
  if (typeof said === 'object' && 'step' in said && said.step.say && count === n) again += 1;
}
say('found', { missing, again });

/** As the topic does it: the participants are told, and the acknowledgement leaves in a later turn. */
function goOn(n: number): void {
  const deliveries = Array.from({ length: 20 }, (_, at) => {
    const delivery = new FakeDelivery();
    void state.observe(newsFrom(n + at), delivery);
    void watch.observe(newsFrom(n + at), delivery);
    return delivery;
  });
  for (const delivery of deliveries) void delivery.acknowledge();
  setImmediate(() => {
    say('acknowledged', n + deliveries.length);
    setImmediate(goOn, n + deliveries.length);
  });
}
goOn(Number(before));
