/** Says once per vehicle when a condition begins to hold, and once when it is over. */
import type { Node, NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import { sharedCompletion } from './runtime/consumer/shared-completion';
import { sharedHearings } from './runtime/consumer/shared-hearings';
import { sharedClockDeliveries } from './runtime/delivery/by-clock';
import { FlowStart } from './runtime/flow/flow-start';
import { consumersBefore } from './runtime/flow/wiring';
import { openVehicles, parkedPlace } from './runtime/memory/store-node';
import { sharedParking } from './runtime/parking/parking';
import { type WatchConfig, type WatchNodeSettings, watchSettings } from './runtime/settings/watch';
import { CounterStatus } from './runtime/status/counter';
import { handleInput, type InputHandler, type Send } from './runtime/vehicle/input';
import { VehicleMessages } from './runtime/vehicle/vehicle-message';
import { vehicleStatus } from './runtime/vehicle/vehicle-status';
import { WatchRun } from './runtime/vehicle/watch-run';

const initialize: NodeInitializer = (RED) => {
  const flowStart = new FlowStart(RED);

  function InversWatch(this: Node, config: WatchConfig): void {
    RED.nodes.createNode(this, config);
    handleInput(this, () => createHandler(RED, this, watchSettings(config), flowStart));
  }

  RED.nodes.registerType('invers-watch', InversWatch);
};

function createHandler(
  RED: NodeAPI,
  node: Node,
  settings: WatchNodeSettings,
  flowStart: FlowStart,
): InputHandler {
  const shared = openVehicles(RED, settings.store);
  const { vehicles } = shared;
  const messages = new VehicleMessages(RED, vehicles.lists);
  const counts = { raised: 0, cleared: 0, withoutVehicle: 0 };
  const status = new CounterStatus(node, () => vehicleStatus(RED, node.type, counts, shared));
  const stopWatching = shared.watch(() => status.changed());
  const parking = sharedParking(RED);
  parking.keepIn(node.id, parkedPlace(RED, settings.store));
  const run = new WatchRun({
    node,
    settings,
    vehicles,
    completion: sharedCompletion(RED),
    deliveries: sharedClockDeliveries(RED),
    parking,
    hearings: sharedHearings(RED),
    consumers: () => consumersBefore(RED, node.id),
    onSaid: (state) => {
      counts[state] += 1;
      status.changed();
    },
  });
  const stopWaiting = flowStart.onStarted(() => void run.start());
  node.on('close', (removed: boolean, done: () => void) => {
    stopWaiting();
    stopWatching();
    status.close();
    const closed = run.close().then(() => (removed ? vehicles.drop(node.id) : undefined));
    closed.then(done, () => done());
  });

  return (message: NodeMessage, send: Send) => {
    const heard = messages.read(message, messages.deliveryOf(message));
    if (heard) return run.observe(message, heard, send);
    counts.withoutVehicle += 1;
    status.changed();
    return undefined;
  };
}

export = initialize;
