/** A TCP proxy in front of a server that breaks connections on command, the ways networks and servers break them. */

import { once } from 'node:events';
import net, { type Socket } from 'node:net';

export class FaultProxy {
  readonly port: number;
  readonly #target: net.TcpNetConnectOpts;
  readonly #links = new Set<Link>();
  #server: net.Server;
  #swallowing = false;
  #accepted = 0;

  /** A proxy on a free port of 127.0.0.1 for the server that listens on `targetPort` there. */
  static async listen(targetPort: number): Promise<FaultProxy> {
    const server = newServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, targetPort);
  }

  private constructor(server: net.Server, targetPort: number) {
    this.port = (server.address() as net.AddressInfo).port;
    this.#target = { port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true };
    this.#server = this.#serve(server);
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#links.size;
  }

  /** Connections there have ever been: how often somebody came (back). */
  get accepted(): number {
    return this.#accepted;
  }

  /** Breaks every connection with a reset in both directions. New ones are served. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /**
   * Lets nothing through any more, in neither direction, while every socket stays open: a cable that was pulled.
   * New connections are accepted and find the same silence.
   */
  swallow(): void {
    this.#swallowing = true;
    for (const link of this.#links) link.hold();
  }

  /**
   * Lets everything through again. Nothing was lost: like TCP when the cable is back, what was sent during the
   * silence arrives now, the end or the reset of a connection included.
   */
  forward(): void {
    this.#swallowing = false;
    for (const link of this.#links) link.release();
  }

  /** Stops listening, so that connecting is refused. Connections that are open stay so. */
  refuse(): void {
    this.#server.close();
  }

  /** Listens again, on the same port. */
  async listenAgain(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = this.#serve(newServer());
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    for (const link of this.#links) link.destroy();
    await closed;
  }

  #serve(server: net.Server): net.Server {
    return server.on('connection', (client: Socket) => {
      this.#accepted += 1;
      const link = new Link(client, this.#target, () => this.#links.delete(link));
      this.#links.add(link);
      if (this.#swallowing) link.hold();
      else link.release();
    });
  }
}

function newServer(): net.Server {
  return net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
}

/** One proxied connection: the client's socket and, once something may pass, the one to the target. */
class Link {
  readonly #client: Socket;
  readonly #target: net.TcpNetConnectOpts;
  readonly #gone: () => void;
  #upstream: Socket | undefined;
  #held = true;
  #news: Array<() => void> = [];

  constructor(client: Socket, target: net.TcpNetConnectOpts, gone: () => void) {
    this.#client = client;
    this.#target = target;
    this.#gone = gone;
    this.#watch(client, () => this.#upstream);
  }

  hold(): void {
    this.#held = true;
    this.#client.pause();
    this.#upstream?.pause();
  }

  release(): void {
    this.#held = false;
    if (!this.#upstream && !this.#client.destroyed) {
      this.#upstream = net.connect(this.#target);
      this.#watch(this.#upstream, () => this.#client);
      this.#pipe(this.#client, this.#upstream);
      this.#pipe(this.#upstream, this.#client);
    }
    for (const tell of this.#news.splice(0)) tell();
    this.#client.resume();
    this.#upstream?.resume();
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#upstream?.resetAndDestroy();
  }

  destroy(): void {
    this.#client.destroy();
    this.#upstream?.destroy();
  }

  /** The bytes of one direction. */
  #pipe(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!this.#held) from.resume();
    });
  }

  /**
   * A socket that broke breaks the other one too; one that ended ends the other one's sending only, so that a
   * half-closed connection stays half open. A paused socket still says both: the news has to wait like the bytes.
   */
  #watch(socket: Socket, other: () => Socket | undefined): void {
    socket.on('end', () => this.#tell(() => other()?.end()));
    socket.on('error', () => this.#tell(() => other()?.resetAndDestroy()));
    socket.on('close', () => {
      if (this.#client.destroyed && (this.#upstream?.destroyed ?? true)) this.#gone();
    });
  }

  #tell(news: () => void): void {
    if (this.#held) this.#news.push(news);
    else news();
  }
}
