/** What `invers-sandbox` understands on its command line, and what it prints. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { AREA, FLEET_QUEUES, type Happening, isHappening } from './fleet/fleet';
import type { Sandbox, SandboxOptions } from './sandbox';
import { SANDBOX_HOST } from './server';

/** A command line that cannot be used; the message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where a password may stand that is in no list of processes. */
const PASSWORD_VARIABLE = 'INVERS_SANDBOX_PASSWORD';

export const USAGE = `Usage: invers-sandbox [options]

A simulated fleet on an AMQP 0-9-1 broker of its own, for any client on this machine.
Everything that it sends is made up, nothing is stored, and it is not for production.

  --port <number>        where to listen on ${SANDBOX_HOST}; 0 = any that is free (5672)
  --vehicles <number>    vehicles in the fleet, 1 to 10000 (20)
  --rate <number>        events per second over the whole fleet, 0.02 to 10000 (2)
  --duplicates <percent> how many events are sent twice, 0 to 100 (2)
  --seed <number>        the same number makes the same fleet (1)
  --user <name>          user name (sandbox)
  --password <text>      password, for everybody to see in the list of processes
  --password-file <file> a file with the password; or the variable ${PASSWORD_VARIABLE}; or else a random one
  --help                 this text
`;

/** What can be asked for while it runs, and what that makes of a vehicle. */
const ORDERS: Readonly<Record<Happening, string>> = {
  battery: 'its battery falls below 20 percent',
  smoke: 'somebody smokes in it',
  unlocked: 'it is given back unlocked',
  outside: 'it is driven out of the area',
  offline: 'it loses the network',
  plate: 'it gets another licence plate',
};

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  port: TEXT,
  vehicles: TEXT,
  rate: TEXT,
  duplicates: TEXT,
  seed: TEXT,
  user: TEXT,
  password: TEXT,
  'password-file': TEXT,
  help: { type: 'boolean' },
} as const;

/** Throws a UsageError; `undefined` where help was asked for. */
export function parseCommandLine(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): SandboxOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const seed = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  return {
    port: number('--port', values.port ?? '5672', { min: 0, max: 65_535 }, true),
    fleet: {
      vehicles: number('--vehicles', values.vehicles ?? '20', { min: 1, max: 10_000 }, true),
      rate: number('--rate', values.rate ?? '2', { min: 0.02, max: 10_000 }),
      duplicates: number('--duplicates', values.duplicates ?? '2', { min: 0, max: 100 }),
      seed: number('--seed', values.seed ?? '1', seed, true),
    },
    login: {
      username: text('--user', values.user ?? 'sandbox'),
      password: passwordOf(values.password, values['password-file'], env[PASSWORD_VARIABLE]),
      virtualHost: '/',
    },
  };
}

/** How to connect to a sandbox that listens on this port. */
export function describeSandbox({ fleet, login }: SandboxOptions, port: number): string {
  const { username, password } = login;
  const [user, secret] = [username, password].map(encodeURIComponent);
  return `INVERS sandbox: ${fleet.vehicles} simulated vehicles, ${fleet.rate} events per second. Everything is made up.

  amqp://${user}:${secret}@${SANDBOX_HOST}:${port}/%2F

  host          ${SANDBOX_HOST} (this machine only)
  port          ${port}, without TLS
  virtual host  /
  user          ${username}
  password      ${password}
  queues        ${FLEET_QUEUES.join(', ')}
  area          ${AREA.kilometers} km around ${AREA.lat}, ${AREA.lon}

Type one of these and press Enter to see it happen to a vehicle now:

${Object.entries(ORDERS)
  .map(([order, what]) => `  ${order.padEnd(12)}  ${what}`)
  .join('\n')}

In Node-RED, choose "Another broker" in the consumer and switch encryption off. Ctrl-C stops the sandbox.
`;
}

/** Does what was typed while it runs, and says to whom. */
export function obey(line: string, sandbox: Pick<Sandbox, 'happen'>): string {
  const order = line.trim().toLowerCase();
  if (order === '') return '';
  if (!isHappening(order)) return `Type one of these: ${Object.keys(ORDERS).join(', ')}.\n`;
  const to = sandbox.happen(order);
  if (!to) return 'There is no vehicle for that just now: try again later.\n';
  return `${to.vehicleId} (${to.plate}): ${ORDERS[order]}.\n`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** What is said first counts; nothing said = one that nobody can guess. */
function passwordOf(
  typed: string | undefined,
  file: string | undefined,
  variable: string | undefined,
): string {
  if (typed !== undefined) return text('--password', typed);
  if (file !== undefined) return text('--password-file', firstLine(file));
  if (variable !== undefined) return text(PASSWORD_VARIABLE, variable);
  return randomBytes(12).toString('base64url');
}

function firstLine(file: string): string {
  try {
    return /^.*/.exec(fs.readFileSync(file, 'utf8'))?.[0] ?? '';
  } catch (error) {
    throw new UsageError(`--password-file cannot be read: ${(error as Error).message}.`);
  }
}

function number(
  option: string,
  value: string,
  { min, max }: { readonly min: number; readonly max: number },
  isWhole = false,
): number {
  const read = value.trim() === '' ? Number.NaN : Number(value);
  if (read >= min && read <= max && (!isWhole || Number.isInteger(read))) return read;
  const kind = isWhole ? 'a whole number' : 'a number';
  throw new UsageError(
    `${option} is ${JSON.stringify(value)}: give ${kind} from ${min} to ${max}.`,
  );
}

function text(option: string, value: string): string {
  if (value !== '') return value;
  throw new UsageError(`${option} is empty: give a text.`);
}
