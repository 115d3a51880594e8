/** A Node-RED with this package in it, as a user would have it, in a user directory that is thrown away afterwards. */
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
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canRunNodeRed5, nodeRed5, setupNodeRed5Packages } from '../setup-packages.mjs';
import { answers, host } from './ports.mjs';
import { root, step } from './run.mjs';
import { tools } from './tools.mjs';

const hostCheck = path.join(root, 'scripts', 'lib', 'own-host-only.cjs');
const debugSidebar = path.join(root, 'scripts', 'lib', 'show-debug-sidebar.js');
const example = path.join(root, 'examples', '03 - Try it on the sandbox.json');

export class ThrowAwayNodeRed {
  #program;
  #port;
  #nodeOptions;
  #userDir;
  #child;
  #isEnding = false;

  /** With Node-RED 5 where it can run, else 4.1; `nodeOptions` are Node.js' own. */
  static async prepare(port, nodeOptions = []) {
    const program = canRunNodeRed5() ? await step('Node-RED 5', findNodeRed5) : tools.nodeRed;
    return new ThrowAwayNodeRed(program, port, nodeOptions);
  }

  constructor(program, port, nodeOptions) {
    this.#program = program;
    this.#port = port;
    this.#nodeOptions = nodeOptions;
    this.#userDir = makeUserDir(port);
  }

  get isEnding() {
    return this.#isEnding;
  }

  /** Resolves with its exit code or the signal that ended it. */
  async run() {
    const args = [
      '--enable-source-maps',
      ...this.#nodeOptions,
      this.#program,
      '--userDir',
      this.#userDir,
    ];
    const child = spawn(process.execPath, args, { cwd: this.#userDir, stdio: 'inherit' });
    this.#child = child;
    const ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? signal));
    });
    const isOver = () => child.killed || child.exitCode !== null || child.signalCode !== null;
    const [ending] = await Promise.all([ended, announce(this.#port, isOver)]);
    this.#child = undefined;
    return ending;
  }

  /** Ends what runs now; it can be run again. */
  stop(signal = 'SIGTERM') {
    this.#child?.kill(signal);
  }

  /** Calls back on Ctrl-C and what else tells us to end. Node-RED may have heard it as well; told twice, it stops all the same. */
  endWithUs(then = () => undefined) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        this.#isEnding = true;
        this.stop(signal);
        then();
      });
    }
  }

  dispose() {
    rmSync(this.#userDir, { recursive: true, force: true });
  }
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
    editorTheme: { tours: false, projects: { enabled: false }, page: { scripts: [debugSidebar] } },
  };
  writeFileSync(
    path.join(userDir, 'settings.js'),
    `require(${JSON.stringify(hostCheck)})(${port});\nmodule.exports = ${JSON.stringify(settings, null, 2)};\n`,
  );
  return userDir;
}

async function announce(port, isOver) {
  while (!isOver()) {
    if (await answers(port)) {
      console.log(
        `\nNode-RED is open on http://${host}:${port}, with a flow on a simulated fleet. Ctrl-C stops it.\n`,
      );
      return;
    }
    await sleep(200);
  }
}
