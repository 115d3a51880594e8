/** A Node-RED as a user has it: nothing of ours in it until its Palette Manager installs something. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FlowNode } from '../support/flow';
import { requireFromNodeRed } from '../support/node-red-home';
import { type Observation, ObservedNodeRed } from '../support/observed';

const startTimeout = 60_000;
/** Includes what npm does, which may have to ask a registry. */
const installTimeout = 120_000;

/** A file of a package that registers a node type, as Node-RED's admin API describes it. */
export interface NodeSet {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  /** Why it could not be loaded. */
  readonly err?: unknown;
}

export class UserNodeRed extends ObservedNodeRed {
  #child: ChildProcess | undefined;
  #url = '';

  static async start(): Promise<UserNodeRed> {
    const userDir = await fs.mkdtemp(path.join(os.tmpdir(), 'node-red-user-'));
    const nodeRed = new UserNodeRed(userDir);
    try {
      await nodeRed.start();
      return nodeRed;
    } catch (error) {
      await nodeRed.dispose();
      throw error;
    }
  }

  private constructor(readonly userDir: string) {
    super();
  }

  async start(): Promise<void> {
    this.log.clear();
    this.flows.clear();
    const child = spawn(process.execPath, this.#arguments(), {
      env: {
        ...process.env,
        TEST_USER_DIR: this.userDir,
        // What `npm ci` has fetched for the tests serves here too. Nothing we ship may need a script.
        npm_config_prefer_offline: 'true',
        npm_config_ignore_scripts: 'true',
      },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    this.#child = child;
    child.on('message', (observation) => this.observe(observation as Observation));
    const died = once(child, 'exit').then(([code, signal]) => {
      throw new Error(
        `Node-RED ended with ${code ?? signal} while starting.\n${this.logText('info')}`,
      );
    });
    const ready = Promise.all([
      this.flowsStarted(startTimeout),
      this.waitForLog(({ id, message }) => !id && address.test(message), startTimeout),
    ]);
    // The one that loses the race may fail later, which is no news.
    for (const racer of [died, ready]) racer.catch(() => undefined);
    const [, { message }] = await Promise.race([ready, died]);
    this.#url = address.exec(message)?.[0] ?? '';
  }

  /** As the Palette Manager's upload does: npm with --omit=dev and --engine-strict, then load without a restart. */
  async install(tarball: string): Promise<void> {
    const form = new FormData();
    form.append('tarball', new Blob([await fs.readFile(tarball)]), path.basename(tarball));
    await this.#ask('/nodes', { method: 'POST', body: form });
  }

  /** What Node-RED knows of a package. */
  async nodeSets(module: string): Promise<NodeSet[]> {
    const all = await this.get<NodeSet[]>('/nodes');
    return all.filter((set) => set.module === module);
  }

  async get<T>(resource: string): Promise<T> {
    const response = await this.#ask(resource, { headers: { Accept: 'application/json' } });
    return (await response.json()) as T;
  }

  async deploy(flow: FlowNode[]): Promise<void> {
    this.flows.clear();
    await this.#ask('/flows', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(flow),
    });
    await this.flowsStarted();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await fs.rm(this.userDir, { recursive: true, force: true, maxRetries: 5 });
  }

  #arguments(): string[] {
    const settings = path.join(__dirname, '../support/node-red-process-settings.js');
    const define = ['allowInstall', 'allowUpload'].flatMap((name) => [
      '-D',
      `externalModules.palette.${name}=true`,
    ]);
    return [requireFromNodeRed().resolve('./red.js'), '--settings', settings, ...define];
  }

  async #ask(resource: string, request: RequestInit): Promise<Response> {
    const response = await fetch(this.#url + resource, {
      ...request,
      signal: AbortSignal.timeout(installTimeout),
    });
    if (response.ok) return response;
    const answer = await response.text();
    throw new Error(
      `Node-RED answered ${resource} with ${response.status}: ${answer}\n${this.logText('warn')}`,
    );
  }
}

/** As Node-RED logs it when its server listens. */
const address = /http:\/\/127\.0\.0\.1:\d+/;
