/** Holds every import of the TypeScript files against the table who may import whom. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { importRules, roots } from './import-rules.mjs';
import { root as repository, StepError } from './run.mjs';

const TABLE = 'scripts/lib/import-rules.mjs';

/** Throws where a file imports what it may not, or lies in a folder of which the table says nothing. */
export function checkImports(root = repository, rules = importRules, folders = roots) {
  const files = folders.flatMap((folder) => filesBelow(root, folder, '.ts'));
  const problems = files.flatMap((file) => problemsOf(root, file, rules));
  if (problems.length > 0) {
    throw new StepError(`Not allowed by ${TABLE}:\n\n${problems.join('\n')}`);
  }
}

/** Throws where the table speaks of what there is not, any more. */
export function checkRules(root = repository, rules = importRules, folders = roots) {
  const files = folders.flatMap((folder) => filesBelow(root, folder, '.ts'));
  const targets = files.map((name) => ({ name, room: roomOf(name) }));
  const problems = rules.flatMap((row) => staleIn(row, targets, folders));
  if (problems.length > 0) throw new StepError(`In ${TABLE}:\n\n${problems.join('\n')}`);
}

function staleIn({ room, file, may = [], types = [], lazy = [] }, targets, folders) {
  const name = room ?? file;
  if (!targets.some((target) => name === (room ? target.room : target.name))) {
    return [`there is no ${name}: take its row out.`];
  }
  return [...may, ...types, ...lazy]
    .filter((entry) => folders.includes(entry.split('/')[0]))
    .filter((entry) => !targets.some((target) => covers(entry, target)))
    .map((entry) => `${name} may import ${entry}, which there is not: take that out.`);
}

/** The files below a folder whose names end so, as sorted paths from the root with `/`. */
export function filesBelow(root, folder, extension) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .filter((name) => name.endsWith(extension))
    .sort();
}

/** For each import that is not allowed: `file:line: what, and why not`. */
function problemsOf(root, file, rules) {
  const room = rules.find((row) => row.room === roomOf(file));
  if (!room) {
    return [`${file}:1: ${roomOf(file)} has no row in the table: say there what it may import.`];
  }
  const rows = [room, ...rules.filter((row) => row.file === file)];
  return importsOf(readFileSync(path.join(root, file), 'utf8')).flatMap(({ line, from, how }) => {
    const problem = problemOf(from && targetOf(root, file, from), how, rows, rules);
    return problem ? [`${file}:${line}: ${problem}`] : [];
  });
}

/** Rows are of the file: first that of its room, then its own. */
function problemOf(target, how, rows, rules) {
  if (target === undefined)
    return 'must not import what is known only when it runs: write the path.';
  const [{ room, alone }] = rows;
  const allows = (kind) => rows.some((row) => row[kind]?.some((entry) => covers(entry, target)));
  if ((target.room === room && !alone) || allows('may')) return undefined;
  if (how === 'type' && (allows('types') || allows('lazy'))) return undefined;
  if (how === 'lazy' && allows('lazy')) return undefined;

  const why = rows.map((row) => row.why).join(' ');
  const { name } = target;
  if (allows('lazy')) return `must load ${name} with import(), when it is used. ${why}`;
  if (allows('types')) return `must take only types from ${name}: “import type”. ${why}`;
  const permitted = rules.filter(({ may = [], lazy = [] }) =>
    [...may, ...lazy].includes(target.package),
  );
  const where = permitted.map((row) => row.room ?? row.file).join(', ');
  return `must not import ${name}. ${why}${where && ` It is allowed in ${where}.`}`;
}

/** A folder without its subfolders; files of the browser that lie beside others are a room of their own. */
export function roomOf(file) {
  const folder = path.posix.dirname(file);
  return file.endsWith('.editor.ts') ? `${folder}/*.editor.ts` : folder;
}

/** Whether an entry of the table means this target. */
function covers(entry, target) {
  if (target.package) return entry === target.package;
  if (entry.endsWith('/**')) return target.name.startsWith(entry.slice(0, -2));
  return entry === target.room || entry === target.name;
}

/** What an import means: a file of the repository with its room, or a package. */
function targetOf(root, file, from) {
  if (!from.startsWith('.')) return { name: from, package: packageOf(from) };
  const named = path.posix.join(path.posix.dirname(file), from).replace(/\.js$/, '');
  const candidates = [`${named}.ts`, `${named}/index.ts`];
  const name = candidates.find((each) => existsSync(path.join(root, each))) ?? named;
  return { name, room: roomOf(name) };
}

/** `ajv/dist/2020` → `ajv`, `node:fs` → `node:*`. */
function packageOf(from) {
  if (from.startsWith('node:')) return 'node:*';
  return from.split('/', from.startsWith('@') ? 2 : 1).join('/');
}

/**
 * The imports of a source text that Biome has formatted: `import` and `export … from` begin a line. What only looks
 * like one, in a comment or a text, counts too: it is seen by who wrote it, where one that is missed is seen by nobody.
 */
export function importsOf(text) {
  const found = [];
  const add = (index, from, how) =>
    found.push({ line: text.slice(0, index).split('\n').length, from, how });
  const statements = /^(?:import|export)\b(\s+type\b)?([\w\s{},*$]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
  for (const { index, 1: type, 2: names, 3: from } of text.matchAll(statements)) {
    add(index, from, type || onlyTypes(names) ? 'type' : 'value');
  }
  for (const { index, 1: from } of text.matchAll(/^import\s*['"]([^'"]+)['"]/gm)) {
    add(index, from, 'value');
  }
  const calls =
    /(typeof\s+|^import\s+\w+\s*=\s*)?(?<![.\w])(?:import|require)\(\s*(?:['"]([^'"]+)['"])?/gm;
  for (const { index, 1: before = '', 2: from } of text.matchAll(calls)) {
    add(index, from, { typeof: 'type', import: 'value' }[before.split(/\s/)[0]] ?? 'lazy');
  }
  return found.sort((one, other) => one.line - other.line);
}

/** `{ type A, type B }`: nothing of it is left when it runs. */
function onlyTypes(names) {
  const list = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1];
  const each =
    list
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return each.length > 0 && each.every((name) => name.startsWith('type '));
}
