/** A real Redis of the tests' own, which they may stop, kill and freeze: on free loopback ports, with its own data. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { createClient } from '@redis/client';
import { type Certificates, certificates, writeCertificates } from './certificates.js';
import { freePorts } from './ports.js';

const startTimeout = 60_000;

export interface RedisOptions {
  /** Clients have to know it. */
  readonly password?: string;
  /** Everything is on disk before it is answered, so that a kill loses nothing. */
  readonly durable?: boolean;
  /** Commands that it does not know, as behind many a proxy. */
  readonly without?: readonly string[];
}

/** Whatever ends the test process, even a kill, must not leave a server behind: the pipe is closed then. */
const keeper = 'cat >/dev/null; kill -9 "$1"';

export class Redis {
  readonly #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-'));
  #server: ChildProcess | undefined;
  #keeper: ChildProcess | undefined;
  #output: string[] = [];

  static async start(options: RedisOptions = {}): Promise<Redis> {
    const [[port = 0, tlsPort = 0], all] = await Promise.all([freePorts(2), certificates()]);
    const redis = new Redis(options, port, tlsPort, all);
    try {
      await redis.start();
      return redis;
    } catch (error) {
      await redis.dispose();
      throw error;
    }
  }

  private constructor(
    private readonly options: RedisOptions,
    readonly port: number,
    readonly tlsPort: number,
    readonly certificates: Certificates,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get tlsUrl(): string {
    return `rediss://localhost:${this.tlsPort}`;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  /** Starts again after `stop` or `kill`: the same ports, and the same data if it is durable. */
  async start(): Promise<void> {
    if (this.#server) throw new Error('This Redis is running already.');
    this.#output = [];
    const server = spawn('redis-server', this.#arguments(), {
      cwd: this.#directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(server, 'spawn');
    this.#server = server;
    const ended = once(server, 'exit').then(() => {
      this.#server = undefined;
      this.#keeper?.kill();
      this.#keeper = undefined;
    });
    this.#keeper = spawn('/bin/sh', ['-c', keeper, 'redis-keeper', String(server.pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    // it is ended with the server, in whatever it is doing
    this.#keeper.stdin?.on('error', () => undefined);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), startTimeout);
    try {
      await Promise.race([
        this.#isReady(server, limit.signal),
        ended.then(() => Promise.reject(new Error('it ended'))),
      ]);
    } catch (error) {
      throw new Error(`Redis did not start:\n${this.#output.join('\n')}`, { cause: error });
    } finally {
      clearTimeout(timer);
      ended.catch(() => undefined);
    }
  }

  /** An orderly shutdown. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** It takes connections and commands from now on, and answers none. */
  freeze(): void {
    this.#server?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server?.kill('SIGCONT');
  }

  /** Everything it remembers. */
  async forget(): Promise<void> {
    await this.command('FLUSHALL');
  }

  async command(...words: string[]): Promise<unknown> {
    const { password } = this.options;
    const login = password === undefined ? {} : { password };
    const client = await createClient({ url: this.url, RESP: 2, ...login }).connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }

  async dispose(): Promise<void> {
    this.thaw();
    await this.kill();
    fs.rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }

  #isReady(server: ChildProcess, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('it took too long')));
      for (const stream of [server.stdout, server.stderr]) {
        if (!stream) continue;
        readline.createInterface(stream).on('line', (line) => {
          this.#output.push(line);
          if (/Ready to accept connections/.test(line)) resolve();
        });
      }
    });
  }

  #arguments(): string[] {
    const files = writeCertificates(this.#directory, this.certificates);
    const { password, durable = false, without = [] } = this.options;
    const settings: Record<string, string> = {
      port: String(this.port),
      'tls-port': String(this.tlsPort),
      'tls-cert-file': files.certificate,
      'tls-key-file': files.key,
      'tls-ca-cert-file': files.ca,
      'tls-auth-clients': 'no',
      bind: '127.0.0.1',
      dir: this.#directory,
      save: '',
      appendonly: durable ? 'yes' : 'no',
      // With `everysec`, writing waits for up to two seconds while the second before is still on its way to a busy disk.
      appendfsync: 'always',
      ...(password === undefined ? {} : { requirepass: password }),
    };
    return [
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      ...without.flatMap((command) => ['--rename-command', command, '']),
    ];
  }
}
