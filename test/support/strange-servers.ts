/** Servers that listen where a user thought there was a broker: web servers, other AMQP versions, TLS that is too old. */
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { certificates } from './certificates.js';

const KINDS = ['http', 'https', 'amqp10', 'oldTls', 'otherCiphers', 'hangsUp'] as const;
export type StrangeServer = (typeof KINDS)[number];

export interface StrangeServers {
  /** Where each of them listens, on 127.0.0.1. */
  readonly ports: Readonly<Record<StrangeServer, number>>;
  close(): void;
}

export async function startStrangeServers(): Promise<StrangeServers> {
  const { server: own } = await certificates();
  const identity = { key: own.key, cert: own.certificate };
  const servers: Record<StrangeServer, net.Server> = {
    http: badRequests(http.createServer()),
    https: badRequests(https.createServer(identity)),
    amqp10: net.createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from([...Buffer.from('AMQP'), 0, 1, 0, 0])));
    }),
    oldTls: tls.createServer({
      ...identity,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
    // for a key of another kind than it has
    otherCiphers: tls.createServer({
      ...identity,
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256',
    }),
    hangsUp: net.createServer((socket) => socket.end()),
  };
  const sockets = new Set<net.Socket>();
  const ports = await Promise.all(
    KINDS.map(async (kind) => {
      const server = servers[kind];
      server.on('connection', (socket: net.Socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return [kind, (server.address() as AddressInfo).port] as const;
    }),
  );
  return {
    ports: Object.fromEntries(ports) as Record<StrangeServer, number>,
    close: () => {
      for (const server of Object.values(servers)) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** As usual web servers answer what is no HTTP. */
function badRequests<Server extends net.Server>(server: Server): Server {
  return server.on('clientError', (_error, socket: net.Socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
}
