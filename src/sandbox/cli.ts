#!/usr/bin/env node
/** `invers-sandbox`: the sandbox on the command line, until it is told to end. */
import { createInterface } from 'node:readline';
import { describeSandbox, obey, parseCommandLine, USAGE, UsageError } from './command-line';
import { Sandbox, type SandboxOptions } from './sandbox';

/** Exit codes: 1 = it could not run, 2 = it was called wrongly. */
async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (!options) {
    process.stdout.write(USAGE);
    return;
  }
  const sandbox = await Sandbox.start(options);
  process.stdout.write(describeSandbox(options, sandbox.port));
  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => process.stdout.write(obey(line, sandbox)));
  await signal();
  typed.close();
  await sandbox.stop();
}

/** A second signal ends the process at once. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** In words that say what to do, where there is something to do. */
function explain(error: NodeJS.ErrnoException, args: readonly string[]): string {
  const { port } = parseCommandLine(args) as SandboxOptions;
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program: choose another with --port, or --port 0 for any that is free.`;
  }
  if (error.code === 'EACCES') {
    return `Port ${port} is not allowed to this user: choose one above 1023 with --port.`;
  }
  return error.message;
}

main().catch((error: Error) => {
  const isUsage = error instanceof UsageError;
  const message = isUsage ? error.message : explain(error, process.argv.slice(2));
  process.stderr.write(`${message}\n`);
  process.exitCode = isUsage ? 2 : 1;
});
