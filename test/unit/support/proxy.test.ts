/** The fault-injecting proxy that other tests trust to break their connections. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { FaultProxy } from '../../support/proxy.js';
import { eventOrTimeout, Recording, waitFor } from '../../support/wait.js';

describe('The fault-injecting proxy', () => {
  let server: net.Server;
  let proxy: FaultProxy;
  let sockets: Socket[];
  /** The server's side of each connection, in order. */
  let served: Recording<Socket>;

  beforeEach(async () => {
    sockets = [];
    served = new Recording();
    server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
      served.add(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await FaultProxy.listen((server.address() as AddressInfo).port);
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await proxy.close();
    server.close();
  });

  async function connect(): Promise<Socket> {
    const socket = net.connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function connectThrough(): Promise<{ client: Socket; peer: Socket }> {
    const before = served.items.length;
    const client = await connect();
    return { client, peer: await served.waitUntil((seen) => seen[before]) };
  }

  function received(socket: Socket): () => string {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    return () => text;
  }

  /** An exchange over a fresh connection: once it is through, whatever was sent earlier had its chance too. */
  async function echoesThrough(client: Socket, peer: Socket): Promise<void> {
    const [atPeer, atClient] = [received(peer), received(client)];
    client.write('there');
    await waitFor(() => atPeer().endsWith('there'), { message: () => `"there", not ${atPeer()}` });
    peer.write('back');
    await waitFor(() => atClient().endsWith('back'), {
      message: () => `"back", not ${atClient()}`,
    });
  }

  it('passes both directions on', async () => {
    const { client, peer } = await connectThrough();
    await echoesThrough(client, peer);
    assert.equal(proxy.connections, 1);
  });

  it('keeps the other direction open when one side has finished sending', async () => {
    const { client, peer } = await connectThrough();
    const answer = received(client);
    peer.resume();
    client.end('question');
    await once(peer, 'end');
    peer.end('answer');
    await once(client, 'end');
    assert.equal(answer(), 'answer');
    await waitFor(() => proxy.connections === 0);
  });

  it('passes more on than fits into the buffers', async () => {
    const { client, peer } = await connectThrough();
    const size = 20_000_000;
    let count = 0;
    client.end(Buffer.alloc(size));
    peer.on('data', (chunk) => {
      count += chunk.length;
      peer.pause();
      setImmediate(() => peer.resume());
    });
    await once(peer, 'end');
    assert.equal(count, size);
  });

  it('resets both sides', async () => {
    const { client, peer } = await connectThrough();
    const errors = [client, peer].map((socket) => eventOrTimeout(socket, 'error'));
    for (const socket of [client, peer]) socket.resume();
    proxy.reset();
    for (const error of errors) assert.equal(codeOf((await error)[0]), 'ECONNRESET');
    await waitFor(() => proxy.connections === 0);
  });

  it('serves new connections after a reset', async () => {
    const first = await connectThrough();
    first.client.on('error', () => undefined);
    proxy.reset();
    const { client, peer } = await connectThrough();
    await echoesThrough(client, peer);
    assert.equal(proxy.accepted, 2);
  });

  it('passes a reset by one side on to the other', async () => {
    const { client, peer } = await connectThrough();
    client.resume();
    const broken = eventOrTimeout(client, 'error');
    peer.resetAndDestroy();
    assert.equal(codeOf((await broken)[0]), 'ECONNRESET');
  });

  it('swallows both directions, and delivers what was swallowed when it forwards again', async () => {
    const { client, peer } = await connectThrough();
    const [atPeer, atClient] = [received(peer), received(client)];
    proxy.swallow();
    client.write('lost?');
    peer.write('lost too?');
    await roundTrip();
    assert.deepEqual([atPeer(), atClient(), client.closed, peer.closed], ['', '', false, false]);
    proxy.forward();
    await waitFor(() => atPeer() === 'lost?' && atClient() === 'lost too?');
  });

  it('lets nobody learn, while it swallows, that the other side has gone', async () => {
    const [ended, broken] = [await connectThrough(), await connectThrough()];
    const heard: string[] = [];
    for (const [name, { client }] of Object.entries({ ended, broken })) {
      client.resume();
      client.on('end', () => heard.push(`${name}: end`));
      client.on('error', (error) => heard.push(`${name}: ${codeOf(error)}`));
    }
    proxy.swallow();
    ended.peer.end();
    broken.peer.resetAndDestroy();
    await roundTrip();
    assert.deepEqual(heard, []);
    proxy.forward();
    await waitFor(() => heard.length === 2, { message: () => `two ends, not ${heard}` });
    assert.deepEqual(heard.sort(), ['broken: ECONNRESET', 'ended: end']);
  });

  it('accepts new connections while it swallows, and leaves them in silence', async () => {
    proxy.swallow();
    const client = await connect();
    client.end('anybody there?');
    await roundTrip();
    // The round trip's own connection is the only one that came to the server.
    assert.equal(served.items.length, 1);
    proxy.forward();
    const peer = await served.waitUntil((seen) => seen[1]);
    const atPeer = received(peer);
    await once(peer, 'end');
    assert.equal(atPeer(), 'anybody there?');
  });

  it('refuses connections until it listens again, and leaves open ones alone', async () => {
    const { client, peer } = await connectThrough();
    proxy.refuse();
    const refused = net.connect({ port: proxy.port, host: '127.0.0.1' });
    const [error] = await eventOrTimeout(refused, 'error');
    assert.equal(codeOf(error), 'ECONNREFUSED');
    await echoesThrough(client, peer);
    await proxy.listenAgain();
    const again = await connectThrough();
    await echoesThrough(again.client, again.peer);
  });

  it('breaks a connection when the server is not there', async () => {
    server.close();
    await once(server, 'close');
    const client = await connect();
    const [error] = await eventOrTimeout(client, 'error');
    assert.equal(codeOf(error), 'ECONNRESET');
  });

  /** A connection past the swallowing proxy: time enough for bytes that should not arrive to have arrived. */
  async function roundTrip(): Promise<void> {
    const before = served.items.length;
    const { port } = server.address() as AddressInfo;
    const client = net.connect({ port, host: '127.0.0.1' });
    sockets.push(client);
    await once(client, 'connect');
    const peer = await served.waitUntil((seen) => seen[before]);
    await echoesThrough(client, peer);
  }
});

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
