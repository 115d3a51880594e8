/** Whatever takes messages over HTTP (a chat, a ticket system, a table), and refuses at first. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './wait';

export interface Delivered {
  /** The first part of the path: each recipe has one of its own. */
  readonly to: string;
  readonly body: string;
  /** What says that it is the same: the header `x-occasion`, else the body. */
  readonly occasion: string;
}

/** Refuses the first try of each occasion, or the first `count` requests of a recipe. */
export type Refusal = 'each-first' | { readonly count: number };

export class RefusingServer {
  readonly refused: Delivered[] = [];
  readonly accepted: Delivered[] = [];
  readonly #server: http.Server;

  /** `refusals`: by recipe; the others have the first try of each occasion refused. */
  static async start(refusals: Readonly<Record<string, Refusal>> = {}): Promise<RefusingServer> {
    const server = new RefusingServer(refusals);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private constructor(private readonly refusals: Readonly<Record<string, Refusal>>) {
    this.#server = http.createServer((request, response) => {
      const [, to = ''] = (request.url ?? '').split('/');
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const { 'x-occasion': occasion = body } = request.headers;
        const delivered = { to, body, occasion: String(occasion) };
        const isRefused = this.#refuses(delivered);
        (isRefused ? this.refused : this.accepted).push(delivered);
        response.writeHead(isRefused ? 503 : 204).end();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The bodies that a recipe's service has taken. */
  acceptedBy(recipe: string): string[] {
    return this.accepted.filter(({ to }) => to === recipe).map(({ body }) => body);
  }

  refusedBy(recipe: string): string[] {
    return this.refused.filter(({ to }) => to === recipe).map(({ body }) => body);
  }

  /** What the service of a recipe has refused and not been told again. */
  lost(recipe: string): Delivered[] {
    const ofRecipe = ({ to }: Delivered) => to === recipe;
    const accepted = new Set(this.accepted.filter(ofRecipe).map(({ occasion }) => occasion));
    return this.refused.filter((each) => ofRecipe(each) && !accepted.has(each.occasion));
  }

  /** What it has taken more than once. */
  toldTwice(recipe: string): Delivered[] {
    const accepted = this.accepted.filter(({ to }) => to === recipe);
    return accepted.filter(
      ({ occasion }, at) => accepted.findIndex((other) => other.occasion === occasion) !== at,
    );
  }

  /** The first body that fits, as soon as it is taken. */
  taken(recipe: string, fits: (body: string) => boolean): Promise<string> {
    return waitFor(() => this.acceptedBy(recipe).find(fits), {
      timeout: 90_000,
      message: () =>
        `${recipe} to tell it; taken: ${this.acceptedBy(recipe).join('\n')}; refused: ${this.refusedBy(recipe).join('\n')}`,
    });
  }

  /** Of what fits: what it has taken again without anything else in between. */
  toldInARow(recipe: string, fits: (body: string) => boolean): Delivered[] {
    const accepted = this.accepted.filter(({ to, body }) => to === recipe && fits(body));
    return accepted.filter(({ occasion }, at) => accepted[at - 1]?.occasion === occasion);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #refuses({ to, occasion }: Delivered): boolean {
    const refusal = this.refusals[to] ?? 'each-first';
    const refused = this.refused.filter((other) => other.to === to);
    if (refusal !== 'each-first') return refused.length < refusal.count;
    return !refused.some((other) => other.occasion === occasion);
  }
}
