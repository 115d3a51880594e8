/** A Node-RED in a process of its own, as `node-red` on the command line starts it, for tests that restart or kill it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeployType, postFlows } from './deploy.js';
import type { FlowNode } from './flow.js';
import { makeUserDir, requireFromNodeRed } from './node-red-home.js';
import { type Observation, ObservedNodeRed } from './observed.js';

/** Other runs may keep the machine busy. */
const startTimeout = 90_000;
const stopTimeout = 60_000;

export class NodeRedProcess extends ObservedNodeRed {
  readonly userDir = makeUserDir();
  #clockAhead = 0;
  #child: ChildProcess | undefined;
  #url = '';
  #output = '';

  /** A Node-RED that runs this flow. It has its own user directory, which lasts until `dispose()`. */
  static async start(flow: FlowNode[]): Promise<NodeRedProcess> {
    const nodeRed = new NodeRedProcess();
    try {
      await nodeRed.#writeFlow(flow);
      await nodeRed.start();
      return nodeRed;
    } catch (error) {
      await nodeRed.dispose();
      throw error;
    }
  }

  private constructor() {
    super();
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What the process has printed, which should be nothing. */
  get output(): string {
    return this.#output;
  }

  /** Starts it (again) with the flow and everything else in its user directory; resolves when the flows run. */
  async start(): Promise<void> {
    if (this.#child) throw new Error('This Node-RED is running already.');
    this.log.clear();
    this.flows.clear();
    this.history.clear();
    const child = await this.#spawn();
    const died = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`Node-RED ended with ${code ?? signal} while starting:\n${this.#output}`);
    });
    const listening = this.waitForLog(
      ({ id, message }) => !id && address.test(message),
      startTimeout,
    );
    const ready = Promise.all([this.flowsStarted(startTimeout), listening]);
    try {
      const [, { message }] = await Promise.race([ready, died]);
      this.#url = address.exec(message)?.[0] ?? '';
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      // The one that lost the race may fail later, which is no news.
      for (const loser of [ready, died]) loser.catch(() => undefined);
    }
  }

  /** Deploys as the editor does, and waits until the flows run. */
  async deploy(flow: FlowNode[], type: DeployType = 'full'): Promise<void> {
    this.flows.clear();
    await postFlows(this.#url, flow, type, startTimeout);
    await this.flowsStarted(startTimeout);
  }

  /** Ends it as a service manager does: Node-RED closes all nodes first. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit').then(() => true);
    child.kill('SIGTERM');
    const giveUp = new AbortController();
    const late = sleep(stopTimeout, false, { signal: giveUp.signal }).catch(() => false);
    const ended = await Promise.race([exited, late]);
    giveUp.abort();
    if (ended) return;
    await this.kill();
    throw new Error(`Node-RED had not stopped ${stopTimeout} ms after SIGTERM.`);
  }

  /** Sets its clock so many milliseconds ahead of ours, now and for later starts; its timers keep their pace. */
  setClockAhead(milliseconds: number): void {
    this.#clockAhead = milliseconds;
    this.#child?.send({ clockAhead: milliseconds });
  }

  /** `kill -9`: the process gets no chance to do anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await fs.rm(this.userDir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #spawn(): Promise<ChildProcess> {
    const redJs = requireFromNodeRed().resolve('./red.js');
    const settings = path.join(__dirname, 'node-red-process-settings.js');
    const child = spawn(process.execPath, [redJs, '--settings', settings], {
      env: {
        ...process.env,
        TEST_USER_DIR: this.userDir,
        TEST_CLOCK_AHEAD: String(this.#clockAhead),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    await once(child, 'spawn');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    child.on('message', (observation) => this.observe(observation as Observation));
    child.once('exit', () => {
      this.#child = undefined;
    });
    this.#child = child;
    return child;
  }

  async #writeFlow(flow: FlowNode[]): Promise<void> {
    const nodes = flow.map(({ credentials, ...saved }) => saved);
    const secrets = flow.flatMap(({ id, credentials }) => (credentials ? [[id, credentials]] : []));
    const write = (name: string, content: unknown) =>
      fs.writeFile(path.join(this.userDir, name), JSON.stringify(content));
    await write('flows.json', nodes);
    await write('flows_cred.json', Object.fromEntries(secrets));
  }
}

/** As Node-RED logs it when its server listens. */
const address = /http:\/\/127\.0\.0\.1:\d+/;
