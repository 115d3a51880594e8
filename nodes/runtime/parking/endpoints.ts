/** The endpoints of parked events: what is there, sending again, and throwing away. */
import type { NodeAPI } from 'node-red';
import { addEndpoint, RequestError } from '../admin/endpoint';
import type { Parking } from './parking';

/** Which events are meant: these, or all of one reason. */
type Choice = { readonly ids: readonly string[] } | { readonly reason: string };

const MOST_IDS = 10_000;
const LONGEST = 100;

export function addParkedEndpoints(RED: NodeAPI, parking: Parking): void {
  addEndpoint(RED, {
    method: 'get',
    path: 'parked',
    permission: 'invers.read',
    read: () => undefined,
    answer: async () =>
      (await parking.list()).map(({ id, node, topic, eventId, type, reason, parkedAt }) => ({
        id,
        node,
        topic,
        event_id: eventId ?? null,
        type: type ?? null,
        reason,
        parked_at: new Date(parkedAt).toISOString(),
      })),
  });
  addEndpoint(RED, {
    method: 'post',
    path: 'parked/send-again',
    permission: 'invers.write',
    read: readChoice,
    answer: async (choice) => ({ sent: await parking.sendAgain(await idsOf(choice, parking)) }),
  });
  addEndpoint(RED, {
    method: 'post',
    path: 'parked/delete',
    permission: 'invers.write',
    read: readChoice,
    answer: async (choice) => {
      const before = (await parking.list()).length;
      await parking.remove(await idsOf(choice, parking));
      return { deleted: before - (await parking.list()).length };
    },
  });
}

function readChoice(body: unknown): Choice {
  const { ids, reason } = (body ?? {}) as { ids?: unknown; reason?: unknown };
  const isText = (text: unknown) =>
    typeof text === 'string' && text !== '' && text.length <= LONGEST;
  if (Array.isArray(ids) && ids.length <= MOST_IDS && ids.every(isText)) return { ids };
  if (isText(reason)) return { reason: reason as string };
  throw new RequestError('Send {"ids": […]} or {"reason": "…"}.');
}

async function idsOf(choice: Choice, parking: Parking): Promise<readonly string[]> {
  if ('ids' in choice) return choice.ids;
  return (await parking.list()).flatMap(({ id, reason }) => (reason === choice.reason ? [id] : []));
}
