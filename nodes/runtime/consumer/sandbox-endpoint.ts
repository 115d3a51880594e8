/** The endpoint behind the buttons of the sandbox: lets something happen to one of its vehicles now. */
import type { NodeAPI } from 'node-red';
import type { Happening } from '../../../src/sandbox/fleet/fleet';
import { HAPPENINGS } from '../../settings/limits';
import { addEndpoint, RequestError } from '../admin/endpoint';
import type { ConsumerNode } from './consumer-node';

interface Order {
  readonly consumer: string;
  readonly happening: Happening;
}

const LONGEST_ID = 100;

export function addSandboxEndpoint(RED: NodeAPI): void {
  addEndpoint(RED, {
    method: 'post',
    path: 'sandbox/happen',
    permission: 'invers.write',
    read: readOrder,
    answer: async ({ consumer, happening }) => {
      const node = RED.nodes.getNode(consumer) as ConsumerNode | null;
      const host = node?.type === 'invers-consumer' ? node.sandbox : undefined;
      if (!host)
        throw new RequestError('There is no sandbox yet: deploy this consumer first.', 404);
      const to = await host.happen(happening);
      if (to === 'not-running') {
        const advice = 'deploy a topic in node that uses this consumer first';
        throw new RequestError(`The sandbox does not run: ${advice}.`, 409);
      }
      if (to === 'no-vehicle') {
        throw new RequestError('There is no vehicle for that just now: try again later.', 409);
      }
      return { vehicle_id: to.vehicleId, license_plate: to.plate };
    },
  });
}

function readOrder(body: unknown): Order {
  const { consumer, happening } = (body ?? {}) as { consumer?: unknown; happening?: unknown };
  const known = HAPPENINGS.find((each) => each === happening);
  if (typeof consumer === 'string' && consumer.length <= LONGEST_ID && known) {
    return { consumer, happening: known };
  }
  throw new RequestError(`Send {"consumer": "…", "happening": "${HAPPENINGS.join('" | "')}"}.`);
}
