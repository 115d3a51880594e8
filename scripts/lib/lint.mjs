/** Formatting and lint rules, held against every file; and what is made from the catalogue, against the catalogue. */
import { checkGenerated } from '../generate.mjs';
import { runNode } from './run.mjs';
import { tools } from './tools.mjs';

export async function lint() {
  await runNode([tools.biome, 'ci', '--error-on-warnings', '--colors=off', '.']);
  await checkGenerated();
}
