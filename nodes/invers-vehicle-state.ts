/** Keeps the newest state of every vehicle, puts it beside each event, and tells what really changed. */
import type { Node, NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import type { ToldState } from '../src/memory/vehicles/vehicle-states';
import { VehicleStates } from '../src/memory/vehicles/vehicle-states';
import { InOrder } from '../src/time/in-order';
import { shownNews } from '../src/vehicle/shown';
import type { Changes } from '../src/vehicle/vehicle';
import { createValueReader } from './runtime/memory/message-value';
import { openVehicles } from './runtime/memory/store-node';
import {
  type VehicleStateConfig,
  type VehicleStateSettings,
  vehicleStateSettings,
} from './runtime/settings/vehicle-state';
import { CounterStatus } from './runtime/status/counter';
import { handleInput, type InputHandler, type Send } from './runtime/vehicle/input';
import { VehicleMessages } from './runtime/vehicle/vehicle-message';
import { vehicleStatus } from './runtime/vehicle/vehicle-status';

const initialize: NodeInitializer = (RED) => {
  function InversVehicleState(this: Node, config: VehicleStateConfig): void {
    RED.nodes.createNode(this, config);
    handleInput(this, () => createHandler(RED, this, vehicleStateSettings(config)));
  }

  RED.nodes.registerType('invers-vehicle-state', InversVehicleState);
};

function createHandler(
  RED: NodeAPI,
  node: Node,
  { store, state, watch }: VehicleStateSettings,
): InputHandler {
  const readState = state && createValueReader(RED, node, { ...state, label: 'The state' });
  const shared = openVehicles(RED, store);
  const { vehicles } = shared;
  const states = new VehicleStates(vehicles, node.id);
  const messages = new VehicleMessages(RED, vehicles.lists);
  const counts = { changed: 0, unchanged: 0, withoutVehicle: 0 };
  const status = new CounterStatus(node, () => vehicleStatus(RED, node.type, counts, shared));
  const stopWatching = shared.watch(() => status.changed());
  node.on('close', (removed: boolean, done: () => void) => {
    stopWatching();
    status.close();
    // who is gone for good need not be remembered
    const dropped = Promise.resolve(removed ? vehicles.drop(node.id) : undefined);
    dropped.then(done, () => done());
  });

  const tell = (message: NodeMessage, told: ToldState | 'left', send: Send): void => {
    // the broker gives its event out again
    if (told === 'left') return;
    const { vehicle, changed } = told;
    message['vehicle'] = shownNews(vehicle, changed);
    const isChanged = isWatched(changed, watch);
    counts[isChanged ? 'changed' : 'unchanged'] += 1;
    status.changed();
    send(isChanged ? [message, null] : [null, message]);
  };

  // JSONata and Redis answer later and in any order; messages still leave in the order in which they came
  const read = new InOrder();
  const answered = new InOrder();
  return (message, send) => {
    const delivery = messages.deliveryOf(message);
    return read.run(readState?.(message), (stated) => {
      // what the user named and is not there is no state: nothing is looked for elsewhere
      const heard = messages.read(message, delivery, readState ? (stated ?? null) : undefined);
      if (heard) {
        const { news, origin } = heard;
        return answered.run(states.observe(news, delivery, origin), (told) =>
          tell(message, told, send),
        );
      }
      counts.withoutVehicle += 1;
      status.changed();
      return answered.run(undefined, () => send([null, message]));
    });
  };
}

function isWatched(changed: Changes, watch: readonly string[]): boolean {
  if (watch.length > 0) return watch.some((name) => Object.hasOwn(changed, name));
  for (const _ in changed) return true;
  return false;
}

export = initialize;
