/** Where the installed development tools have their entry files: called with this Node, without npx. */
import path from 'node:path';
import { root } from './run.mjs';

const inPackages = (...parts) => path.join(root, 'node_modules', ...parts);

export const tools = {
  biome: inPackages('@biomejs', 'biome', 'bin', 'biome'),
  c8: inPackages('c8', 'bin', 'c8.js'),
  mocha: inPackages('mocha', 'bin', 'mocha.js'),
  nodeRed: inPackages('node-red', 'red.js'),
  stryker: inPackages('@stryker-mutator', 'core', 'bin', 'stryker.js'),
  tsc: inPackages('typescript', 'bin', 'tsc'),
};
