/**
 * Opens Node-RED with this package in it, as a user would have it, and an example flow on the sandbox, in a user
 * directory that is thrown away afterwards.
 *
 *   --port <number>   instead of 1880
 *   --no-build        with what was built before
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { main, root, StepError, step } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';
import { nodeRed5, setupNodeRed5Packages, setupPackages } from './setup-packages.mjs';

const host = '127.0.0.1';
const example = path.join(root, 'examples', '03 - Try it on the sandbox.json');
/** The first Node.js that Node-RED 5 runs on; Node-RED 4.1 runs on all that this package runs on. */
const firstForNodeRed5 = [22, 9];

await main(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '1880' },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const wanted = Number(values.port);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65535) {
    throw new StepError(`--port ${values.port}: a number from 1 to 65535 is needed`);
  }
  await step('Packages', setupPackages);
  const nodeRed = canRunNodeRed5() ? await step('Node-RED 5', findNodeRed5) : tools.nodeRed;
  if (!values['no-build']) await step('Build', build);
  const port = await firstFreePort(wanted);
  if (port !== wanted) console.log(`Port ${wanted} is taken; using ${port}.`);
  const userDir = makeUserDir(port);
  try {
    await runNodeRed(nodeRed, userDir, port);
  } finally {
    rmSync(userDir, { recursive: true, force: true });
  }
});

function canRunNodeRed5() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [firstMajor, firstMinor] = firstForNodeRed5;
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

async function findNodeRed5() {
  await setupNodeRed5Packages();
  return path.join(nodeRed5, 'node_modules', 'node-red', 'red.js');
}

function makeUserDir(port) {
  const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const userDir = mkdtempSync(path.join(os.tmpdir(), 'node-red-invers-'));
  const link = path.join(userDir, 'node_modules', name);
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(root, link, 'dir');
  cpSync(example, path.join(userDir, 'flows.json'));
  const settings = {
    uiHost: host,
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: randomBytes(24).toString('hex'),
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false } },
  };
  writeFileSync(
    path.join(userDir, 'settings.js'),
    `module.exports = ${JSON.stringify(settings, null, 2)};\n`,
  );
  return userDir;
}

/** Until it ends or we are told to end it. */
async function runNodeRed(nodeRed, userDir, port) {
  const child = spawn(process.execPath, [nodeRed, '--userDir', userDir], {
    cwd: userDir,
    stdio: 'inherit',
  });
  let stopping = false;
  // Ctrl-C reaches Node-RED as well as us; told a second time, it stops all the same.
  const stop = (signal) => {
    stopping = true;
    child.kill(signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const over = () => stopping || child.exitCode !== null || child.signalCode !== null;
  const [ending] = await Promise.all([ended, announce(port, over)]);
  if (ending !== 0 && !stopping) throw new StepError(`Node-RED ended with ${ending}`);
}

async function announce(port, over) {
  while (!over()) {
    if (await answers(port)) {
      console.log(
        `\nNode-RED is open on http://${host}:${port}, with a flow on a simulated fleet. Ctrl-C stops it.\n`,
      );
      return;
    }
    await sleep(200);
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function firstFreePort(wanted) {
  for (let port = wanted; port < Math.min(wanted + 100, 65536); port++) {
    if (await isFree(port)) return port;
  }
  throw new StepError(
    `Port ${wanted} and the hundred after it are taken; choose another with --port`,
  );
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
