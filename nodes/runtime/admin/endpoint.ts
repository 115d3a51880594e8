/** The one way to make an endpoint for forms and sidebar: with a permission, a bounded and checked input, and an answer in time. */
import type { NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../../src/time/clock';

/** Ours, and Node-RED's own of who may deploy. */
export type Permission = 'invers.read' | 'invers.write' | 'flows.write';

/** What was asked for cannot be done: the text is for people, and names no secret. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface Endpoint<Input> {
  readonly method: 'get' | 'post';
  /** below `<httpAdminRoot>/invers/` */
  readonly path: string;
  readonly permission: Permission;
  /** Asked for as well. */
  readonly furtherPermission?: Permission;
  /** Checks what was sent; throws a RequestError. */
  read(body: unknown): Input;
  /** What is answered as JSON. */
  answer(input: Input): unknown;
}

/** Milliseconds until an answer is given in any case. */
const LIMIT = 10_000;

interface Request {
  readonly body?: unknown;
  is(type: string): unknown;
}

interface Response {
  readonly headersSent: boolean;
  status(code: number): Response;
  json(body: unknown): void;
}

export function addEndpoint<Input>(
  RED: NodeAPI,
  endpoint: Endpoint<Input>,
  clock: Pick<Clock, 'after'> = systemClock,
): void {
  const { method, path, permission, furtherPermission } = endpoint;
  const permissions = furtherPermission ? [permission, furtherPermission] : [permission];
  const allowed = permissions.map((each) => RED.auth.needsPermission(each));
  const handle = (request: Request, response: Response) =>
    void respond(endpoint, request, response, clock);
  RED.httpAdmin[method](`/invers/${path}`, ...allowed, handle as never);
}

async function respond<Input>(
  { method, read, answer }: Endpoint<Input>,
  request: Request,
  response: Response,
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  const cancelLimit = clock.after(LIMIT, () => {
    response.status(504).json({ error: 'This took longer than 10 seconds.' });
  });
  try {
    // a form of another site can send anything but JSON
    if (method === 'post' && !request.is('application/json')) {
      throw new RequestError('Send JSON.', 415);
    }
    const result = await answer(read(request.body));
    if (!response.headersSent) response.json(result);
  } catch (error) {
    // the text of any other error could tell more than the asker should know
    const { message, status } =
      error instanceof RequestError ? error : new RequestError('It failed; see the log.', 500);
    if (!response.headersSent) response.status(status).json({ error: message });
  } finally {
    cancelLimit();
  }
}
