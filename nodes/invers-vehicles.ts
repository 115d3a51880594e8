/** Answers a question: one vehicle, or all, as last known. */
import type { Node, NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import { boundedKey } from '../src/time/bounded-key';
import { InOrder } from '../src/time/in-order';
import { shownVehicle } from '../src/vehicle/shown';
import { createValueReader, type ValueReader } from './runtime/memory/message-value';
import { openVehicles } from './runtime/memory/store-node';
import {
  type VehiclesConfig,
  type VehiclesSettings,
  vehiclesSettings,
} from './runtime/settings/vehicles';
import { CounterStatus } from './runtime/status/counter';
import { handleInput, type InputHandler } from './runtime/vehicle/input';
import { vehicleIdIn } from './runtime/vehicle/vehicle-message';
import { vehicleStatus } from './runtime/vehicle/vehicle-status';

const initialize: NodeInitializer = (RED) => {
  function InversVehicles(this: Node, config: VehiclesConfig): void {
    RED.nodes.createNode(this, config);
    handleInput(this, () => createHandler(RED, this, vehiclesSettings(config)));
  }

  RED.nodes.registerType('invers-vehicles', InversVehicles);
};

function createHandler(
  RED: NodeAPI,
  node: Node,
  { store, vehicle: place, limit }: VehiclesSettings,
): InputHandler {
  const readId = place
    ? createValueReader(RED, node, { ...place, label: 'The vehicle' })
    : usualReader(RED, node);
  const shared = openVehicles(RED, store);
  const { vehicles } = shared;
  const counts = { answered: 0, notFound: 0 };
  const status = new CounterStatus(node, () => vehicleStatus(RED, node.type, counts, shared));
  const stopWatching = shared.watch(() => status.changed());
  node.on('close', (done: () => void) => {
    stopWatching();
    status.close();
    done();
  });

  /** The message with its answer, and whether there is one. */
  const answer = async (message: NodeMessage): Promise<boolean> => {
    const id = textOf(await readId(message));
    if (id === undefined) {
      message.payload = (await vehicles.list({ limit })).map(shownVehicle);
      return true;
    }
    const found = await vehicles.find(boundedKey(id));
    message.payload = found ? shownVehicle(found) : null;
    if (!found) message['statusCode'] = 404;
    return found !== undefined;
  };

  const answered = new InOrder();
  return (message, send) =>
    answered.run(answer(message), (isFound) => {
      counts[isFound ? 'answered' : 'notFound'] += 1;
      status.changed();
      send(isFound ? [message, null] : [null, message]);
    });
}

/** As an event names it, as HTTP asks for it (`/vehicles/:id`), or as an Inject node does. */
function usualReader(RED: NodeAPI, node: Node): ValueReader {
  const parameter = createValueReader(RED, node, {
    expression: 'req.params.id',
    type: 'msg',
    label: 'The vehicle',
  });
  return (message) => {
    const asked = vehicleIdIn(message) ?? textOf(parameter(message));
    // what HTTP brings as payload is no id
    return asked ?? (typeof message.payload === 'string' ? message.payload : undefined);
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export = initialize;
