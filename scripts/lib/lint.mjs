/** Formatting and lint rules, held against every file. */
import { runNode } from './run.mjs';
import { tools } from './tools.mjs';

export function lint() {
  return runNode([tools.biome, 'ci', '--error-on-warnings', '--colors=off', '.']);
}
