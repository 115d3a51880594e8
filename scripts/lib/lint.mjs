/** Who imports whom, formatting and lint rules, held against every file; and what is made from the code, against the code. */
import { checkGenerated } from '../generate.mjs';
import { checkImports, checkRules } from './imports.mjs';
import { runNode } from './run.mjs';
import { tools } from './tools.mjs';

export async function lint() {
  checkImports();
  checkRules();
  await runNode([tools.biome, 'ci', '--error-on-warnings', '--colors=off', '.']);
  await checkGenerated();
}
