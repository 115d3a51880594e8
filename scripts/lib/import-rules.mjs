/**
 * Who may import whom: one row for each folder with TypeScript, and nothing is allowed that no row names.
 *
 *   room    a folder without its subfolders, or those of its files that end in `.editor.ts`
 *   why     what the reader of a violation should know
 *   may     rooms, files of other rooms and packages; `src/**` = src and all below it
 *   types   what only its types are taken from
 *   lazy    what is loaded with `import()` or `require()` when it is used, and else gives types only
 *   alone   its files do not import each other
 *
 * A row with `file` instead of `room` gives one file more than its room has.
 */
import { benchRules } from './import-rules/bench.mjs';
import { nodesRules } from './import-rules/nodes.mjs';
import { srcRules } from './import-rules/src.mjs';

export const importRules = [...srcRules, ...nodesRules, ...benchRules];

/** Where each folder needs a row. */
export const roots = ['src', 'nodes', 'bench'];
