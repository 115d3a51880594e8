/** Runs the programs that the scripts need, and says what went wrong in a way a person can act on. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's own directory, wherever a script is called from. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A failure whose message is all that a person needs: printed without a stack. */
export class StepError extends Error {}

/** Runs a program to its end and keeps its output to itself, unless it fails. */
export async function runQuietly(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const text = () => Buffer.concat(output).toString('utf8').trimEnd();
  const ending = await new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new StepError(`${command} could not be started: ${error.message}`)),
    );
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (ending !== 0) {
    throw new StepError(
      `${text()}\n\n${[path.basename(command), ...args].join(' ')} failed (${ending})`,
    );
  }
  return text();
}

/** Runs a JavaScript file with this very Node. */
export function runNode(args, options) {
  return runQuietly(process.execPath, args, options);
}

/** The first of these programs that exists: names are looked up in PATH, paths are taken as they are. */
export function findProgram(candidates) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return candidates
    .flatMap((name) =>
      path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name)),
    )
    .find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not ours to run: either way the next candidate is asked.
    return false;
  }
}

/** Says what is done and how long it took, in one line. */
export async function step(title, work) {
  const started = performance.now();
  process.stdout.write(`${title} … `);
  try {
    const result = await work();
    console.log(seconds(performance.now() - started));
    return result;
  } catch (error) {
    console.log(`failed after ${seconds(performance.now() - started)}`);
    throw error;
  }
}

export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The script was called by itself, not imported by another. */
export function isMain(meta) {
  return path.resolve(process.argv[1] ?? '') === fileURLToPath(meta.url);
}

/** The last stop of every script: what failed is printed once, and the exit code tells. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof StepError ? error.message : error);
    process.exitCode = 1;
  }
}
