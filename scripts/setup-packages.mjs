/** Installs the npm packages that package-lock.json names, where they are missing or are others. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, main, root, runNode, runQuietly, StepError } from './lib/run.mjs';

/** Node-RED 5 and a Node.js for it: apart from the rest, so that a package named `node` hides nothing. */
export const nodeRed5 = path.join(root, 'test', 'node-red-5');

/** What some examples need of others, apart from the rest: nobody who installs the nodes gets it. */
const packagesOfOthers = path.join(root, 'test', 'recipes', 'packages');

/** The first Node.js that Node-RED 5 runs on; Node-RED 4.1 runs on all that this package runs on. */
const firstForNodeRed5 = [22, 9];

export async function setupPackages() {
  await install(root);
}

export async function setupNodeRed5Packages() {
  await install(nodeRed5);
}

/** For the tests that run the examples. */
export async function setupPackagesOfOthers() {
  await install(packagesOfOthers);
}

/** Whether this Node.js can. */
export function canRunNodeRed5() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [firstMajor, firstMinor] = firstForNodeRed5;
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

/** Returns the path of a Node.js that it runs on: this one, or the one that came with it. */
export async function setupNodeRed5() {
  await setupNodeRed5Packages();
  if (canRunNodeRed5()) return process.execPath;
  if (findNode22() === undefined) await installNode22();
  const node = findNode22();
  if (node === undefined) {
    throw new StepError(
      `The npm package \`node\` in ${nodeRed5} brought no Node.js for ${process.platform}-${process.arch}.`,
    );
  }
  const version = await runQuietly(node, ['--version']);
  if (!version.startsWith('v22.')) throw new StepError(`${node} is Node.js ${version}, not 22.`);
  return node;
}

async function install(folder) {
  if (isInstalled(folder)) return;
  await runQuietly('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
}

/** npm notes in node_modules what it put there; that is held against what the lock file wants. */
function isInstalled(folder) {
  const note = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const installed = packagesIn(note);
  const wanted = packagesIn(path.join(folder, 'package-lock.json'));
  return Object.entries(wanted).every(([where, { version, optional, devOptional }]) => {
    if (where === '') return true;
    const found = installed[where];
    // What is optional may be for another platform.
    return found === undefined ? Boolean(optional ?? devOptional) : found.version === version;
  });
}

function packagesIn(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** In its own package, or in the package for this platform that it is taken from. */
function findNode22() {
  const platformPackage = `node-${process.platform}-${process.arch}`;
  return ['node', platformPackage, `node/node_modules/${platformPackage}`]
    .map((name) => path.join(nodeRed5, 'node_modules', name, 'bin', 'node'))
    .find((file) => existsSync(file));
}

/** What the package does when it is installed, for machines where npm runs no install scripts. */
async function installNode22() {
  await runNode(['installArchSpecificPackage'], {
    cwd: path.join(nodeRed5, 'node_modules', 'node'),
  });
}

if (isMain(import.meta)) {
  await main(async () => {
    await setupPackages();
    await setupNodeRed5();
    await setupPackagesOfOthers();
  });
}
