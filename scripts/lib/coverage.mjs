/** Which lines of the sources the tests reach, as V8 counts them, and that they reach enough. */
import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, runNode } from './run.mjs';
import { tools } from './tools.mjs';

const folder = path.join(root, 'coverage');
const folderOf = (run) => path.join(folder, 'raw', run.name.replaceAll(/\W+/g, '-'));

/** In percent, a little below what they reach: the unit tests of src/, and all the tests of all there is. */
const floors = {
  unit: { lines: 80, branches: 92 },
  all: { lines: 90, branches: 90 },
};

/** The same run, which writes down what it reaches when it ends. */
export function measured(run) {
  rmSync(folderOf(run), { recursive: true, force: true });
  return { ...run, env: { ...run.env, NODE_V8_COVERAGE: folderOf(run) } };
}

/** Fails where the run of the unit tests reaches less of src/ than it should. */
export async function requireCoverage(unitRun) {
  const options = ['--all', '--src=dist/src', '--include=dist/src/**', '--reporter=none'];
  await report(folderOf(unitRun), [...options, ...demand(floors.unit)]);
}

/** What the runs reach together, as a summary and as pages; fails where that is too little. */
export async function reportCoverage(runs) {
  const all = path.join(folder, 'raw', 'all');
  rmSync(all, { recursive: true, force: true });
  mkdirSync(all);
  for (const run of runs) {
    for (const file of readdirSync(folderOf(run))) {
      linkSync(path.join(folderOf(run), file), path.join(all, file));
    }
  }
  const options = ['--include=dist/src/**', '--include=dist/nodes/**', '--reporter=html'];
  console.log(await report(all, [...options, '--reporter=text-summary', ...demand(floors.all)]));
}

function demand({ lines, branches }) {
  return ['--check-coverage', `--lines=${lines}`, `--branches=${branches}`];
}

function report(from, options) {
  const where = ['--temp-directory', from, '--reports-dir', folder];
  return runNode([tools.c8, 'report', ...where, ...options]);
}
