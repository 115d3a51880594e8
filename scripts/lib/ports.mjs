/** Ports of this machine: which are free, and on which somebody answers. */
import net from 'node:net';
import { StepError } from './run.mjs';

export const host = '127.0.0.1';

/** `--port` as somebody typed it. */
export function parsePort(text) {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new StepError(`--port ${text}: a number from 1 to 65535 is needed`);
}

/** The wanted one, or the first that is free after it. */
export async function firstFreePort(wanted) {
  for (let port = wanted; port < Math.min(wanted + 100, 65536); port++) {
    if (!(await isFree(port))) continue;
    if (port !== wanted) console.log(`Port ${wanted} is taken; using ${port}.`);
    return port;
  }
  throw new StepError(
    `Port ${wanted} and the hundred after it are taken; choose another with --port`,
  );
}

export function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
