/**
 * The processes of a RabbitMQ broker of our own: the Erlang VM, its epmd, and their data directory.
 *
 * The VM keeps its Erlang shell on a pipe. That makes exact questions to the broker cheap (`rabbitmqctl` takes a
 * second for each), and the VM ends when this process does, however that ends: the pipe is then closed.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { isListening } from './ports.js';
import { waitFor } from './wait.js';

const startTimeout = 120_000;
const stopTimeout = 60_000;
const answerTimeout = 60_000;

/** Debian's rabbitmq-server in /usr/sbin insists on the user rabbitmq; the script it calls does not. */
const binDirectories = [
  '/usr/lib/rabbitmq/bin',
  ...(process.env['PATH'] ?? '').split(path.delimiter),
  '/opt/homebrew/sbin',
  '/usr/local/sbin',
];

/**
 * Runs epmd, and keeps the process number of the VM, which it reads from its standard input. When that says so, it
 * ends epmd. When it closes, because we are gone, it ends the VM first: one that misses epmd starts another, as a
 * daemon. Then it removes what we can no longer remove.
 */
const keeper = `
epmd -port "$1" -address 127.0.0.1 &
vm=
while read -r line; do
  if [ "$line" = stop ]; then kill $!; wait; exit; fi
  vm=$line
done
if [ -n "$vm" ]; then kill -9 "$vm"; fi
sleep 2
kill $!
wait
rm -rf "$2"
`;

export interface ProcessOptions {
  /** Its own, with rabbitmq.conf and enabled_plugins in it. */
  readonly directory: string;
  readonly nodeName: string;
  readonly distributionPort: number;
  readonly epmdPort: number;
}

type Vm = ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };

interface Question {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class RabbitMqProcess {
  readonly #options: ProcessOptions;
  readonly #bin: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #questions = new Map<number, Question>();
  #asked = 0;
  #vm: Vm | undefined;
  #keeper: ChildProcess | undefined;
  #output: string[] = [];

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#bin = findBinDirectory();
    const inDirectory = (name: string) => path.join(options.directory, name);
    this.#environment = {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      HOME: options.directory,
      ERL_EPMD_PORT: String(options.epmdPort),
      ERL_CRASH_DUMP_SECONDS: '0',
      RABBITMQ_NODENAME: options.nodeName,
      RABBITMQ_MNESIA_BASE: inDirectory('mnesia'),
      RABBITMQ_LOG_BASE: inDirectory('log'),
      RABBITMQ_CONFIG_FILE: inDirectory('rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: inDirectory('advanced.config'),
      RABBITMQ_CONF_ENV_FILE: inDirectory('rabbitmq-env.conf'),
      RABBITMQ_GENERATED_CONFIG_DIR: inDirectory('config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inDirectory('enabled_plugins'),
      RABBITMQ_PID_FILE: inDirectory('pid'),
      RABBITMQ_DIST_PORT: String(options.distributionPort),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CTL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      // Halves the start on virtual machines, where waking a thread for each file of each module is slow.
      RABBITMQ_SCHEDULER_BUSY_WAIT_THRESHOLD: 'very_short',
      // Gives us the Erlang shell, and makes the VM itself our child, without a shell script in between.
      RABBITMQ_ALLOW_INPUT: 'true',
    };
  }

  get running(): boolean {
    return this.#vm !== undefined;
  }

  /** Of the Erlang VM. */
  get pid(): number | undefined {
    return this.#vm?.pid;
  }

  async start(): Promise<void> {
    if (this.#vm) throw new Error('the broker is running already');
    await this.#startKeeper();
    this.#output = [];
    // In a process group of its own: Ctrl-C in the terminal is for the tests, which then stop the broker.
    const vm = spawn(path.join(this.#bin, 'rabbitmq-server'), [], {
      env: this.#environment,
      cwd: this.#options.directory,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    }) as Vm;
    this.#vm = vm;
    vm.once('close', () => this.#ended());
    this.#keeper?.stdin?.write(`${vm.pid ?? ''}\n`);
    vm.once('error', (error) => this.#output.push(error.message));
    // Writing to a VM that has just died is reported by its end, not by the pipe.
    vm.stdin.on('error', () => undefined);
    readline.createInterface(vm.stderr).on('line', (line) => this.#output.push(line));
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(this.#failure(`did not start within ${startTimeout / 1000} s`)),
        startTimeout,
      );
      vm.once('close', () => {
        clearTimeout(timer);
        reject(this.#failure('could not be started'));
      });
      readline.createInterface(vm.stdout).on('line', (line) => {
        if (this.#readAnswer(line)) return;
        this.#output.push(line);
        if (!/completed with \d+ plugins/.test(line)) return;
        clearTimeout(timer);
        resolve();
      });
    }).catch(async (error) => {
      await this.kill();
      throw error;
    });
  }

  /** As `service rabbitmq-server stop` does it: clients are told, everything is written. */
  async stop(): Promise<void> {
    const vm = this.#vm;
    if (!vm) return;
    vm.kill('SIGTERM');
    const timer = setTimeout(() => vm.kill('SIGKILL'), stopTimeout);
    await once(vm, 'close');
    clearTimeout(timer);
    if (vm.signalCode === 'SIGKILL') {
      throw this.#failure(`did not stop within ${stopTimeout / 1000} s and was killed`);
    }
  }

  /** As a power cut does it. */
  async kill(): Promise<void> {
    const vm = this.#vm;
    if (!vm) return;
    vm.kill('SIGKILL');
    await once(vm, 'close');
  }

  /** What is thrown away need not be shut down in order. */
  async dispose(): Promise<void> {
    try {
      await this.kill();
    } finally {
      const keeping = this.#keeper;
      this.#keeper = undefined;
      if (keeping && keeping.exitCode === null) {
        keeping.stdin?.end('stop\n');
        await once(keeping, 'close');
      }
      fs.rmSync(this.#options.directory, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** The value of an Erlang expression in the broker, which has to be one that JSON knows. */
  evaluate(expression: string): Promise<unknown> {
    const vm = this.#vm;
    if (!vm) return Promise.reject(new Error('the broker is not running'));
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#questions.get(id)?.reject(this.#failure(`did not answer: ${expression}`)),
        answerTimeout,
      );
      const settle = (how: () => void) => {
        clearTimeout(timer);
        this.#questions.delete(id);
        how();
      };
      this.#questions.set(id, {
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      });
      // A function of its own, because variables of the shell stay bound; Base64, because the shell is not UTF-8.
      vm.stdin.write(
        `(fun() -> Json = try rabbit_json:encode(#{value => (fun() -> ${expression} end)()}) ` +
          'catch Class:Reason -> rabbit_json:encode(#{error => ' +
          'unicode:characters_to_binary(io_lib:format("~tp: ~tp", [Class, Reason]))}) end, ' +
          `io:format("~n@${id} ~s~n", [base64:encode(iolist_to_binary(Json))]) end)().\n`,
      );
    });
  }

  async rabbitmqctl(...args: string[]): Promise<string> {
    const program = path.join(this.#bin, 'rabbitmqctl');
    const { stdout } = await promisify(execFile)(program, ['--quiet', ...args], {
      env: this.#environment,
      cwd: this.#options.directory,
    });
    return stdout;
  }

  async #startKeeper(): Promise<void> {
    if (this.#keeper) return;
    const { epmdPort, directory } = this.#options;
    const keeping = spawn('/bin/sh', ['-c', keeper, 'broker-keeper', String(epmdPort), directory], {
      env: this.#environment,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#keeper = keeping;
    // If it should have ended, we notice when epmd does not answer.
    keeping.stdin?.on('error', () => undefined);
    await waitFor(() => isListening(epmdPort), { message: `epmd to listen on port ${epmdPort}` });
  }

  /** Whether the line was the answer to one of our questions. */
  #readAnswer(line: string): boolean {
    const [, id, base64] = /@(\d+) ([\w+/=]+)$/.exec(line) ?? [];
    const question = this.#questions.get(Number(id));
    if (!question || base64 === undefined) return false;
    const answer: { value?: unknown; error?: string } = JSON.parse(
      Buffer.from(base64, 'base64').toString('utf8'),
    );
    if (answer.error === undefined) question.resolve(answer.value);
    else question.reject(new Error(`the broker says ${answer.error}`));
    return true;
  }

  #ended(): void {
    this.#vm = undefined;
    this.#keeper?.stdin?.write('\n');
    for (const question of [...this.#questions.values()]) {
      question.reject(new Error('the broker ended before it answered'));
    }
  }

  #failure(what: string): Error {
    const { directory, nodeName } = this.#options;
    const log = path.join(directory, 'log', `${nodeName}.log`);
    const logged = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n') : [];
    return new Error(
      [`RabbitMQ ${what}.`, ...this.#output.slice(-20), ...logged.slice(-20)].join('\n'),
    );
  }
}

/** An Erlang binary with this text, whatever characters are in it. */
export function erlangBinary(text: string): string {
  return `<<${[...Buffer.from(text, 'utf8')].join(',')}>>`;
}

/** INVERS_TEST_RABBITMQ names another rabbitmq-server than the one that is installed. */
function findBinDirectory(): string {
  const chosen = process.env['INVERS_TEST_RABBITMQ'];
  if (chosen) return path.dirname(path.resolve(chosen));
  const found = binDirectories.find((directory) =>
    fs.existsSync(path.join(directory, 'rabbitmq-server')),
  );
  if (found === undefined) {
    throw new Error('rabbitmq-server is not on this machine: `npm test` says how to install it');
  }
  return found;
}
