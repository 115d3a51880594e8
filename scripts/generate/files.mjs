/** Lists the source files for docs/, by their own first sentences, and keeps files and folders from growing out of sight. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { importRules } from '../lib/import-rules.mjs';
import { filesBelow, roomOf } from '../lib/imports.mjs';
import { root as repository, StepError } from '../lib/run.mjs';

/** What is listed, by folder; what else the folders hold are forms, labels, schemas and built files. */
const LISTED = { src: '.ts', nodes: '.ts', bench: '.ts', scripts: '.mjs' };

/** Lines of one file, files of one folder, and the lines that at least half of the files keep within. */
const LIMITS = { lines: 300, files: { src: 18, nodes: 12 }, median: 80 };

/** The section of docs/architecture/files.md. Throws where a file has no first sentence, or a limit is exceeded. */
export function makeFileList(root = repository) {
  const files = Object.entries(LISTED).flatMap(([folder, extension]) =>
    filesIn(root, folder, extension),
  );
  const problems = [
    ...files.filter(({ sentence }) => !sentence).map(withoutSentence),
    ...files.filter(isTooLong).map(tooLong),
    ...tooManyFiles(files),
    ...tooLongHalf(files),
  ];
  if (problems.length > 0) throw new StepError(problems.join('\n'));
  return sections(files);
}

function filesIn(root, folder, extension) {
  return filesBelow(root, folder, extension).map((name) => {
    const text = readFileSync(path.join(root, name), 'utf8');
    const lines = text.split('\n').length - 1;
    return { name, folder: path.posix.dirname(name), lines, sentence: firstSentence(text) };
  });
}

/** Of the comment that a file begins with; undefined where there is none. */
function firstSentence(text) {
  const comment = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  const [paragraph] = comment
    .replaceAll(/^\s*\* ?/gm, '')
    .trim()
    .split(/\n\s*\n/);
  return /^.+?[.!?](?=\s|$)/s.exec(paragraph)?.[0].replaceAll(/\s+/g, ' ');
}

const isGenerated = ({ name }) => name.includes('.generated.');
const isTooLong = (file) => !isGenerated(file) && file.lines > LIMITS.lines;
const withoutSentence = ({ name }) =>
  `${name}:1: must begin with a comment /** … */ whose first sentence says what the file is for.`;
const tooLong = ({ name, lines }) =>
  `${name}:${LIMITS.lines + 1}: has ${lines} lines, more than ${LIMITS.lines}: split it.`;

function tooManyFiles(files) {
  return [...byFolder(files)].flatMap(([folder, { length }]) => {
    const limit = LIMITS.files[folder.split('/')[0]];
    return folder !== 'nodes' && length > limit
      ? [`${folder}: has ${length} files, more than ${limit}: give some of them a folder.`]
      : [];
  });
}

function tooLongHalf(files) {
  const sources = files.filter((file) => /^(src|nodes)\//.test(file.name) && !isGenerated(file));
  const median = medianOf(sources.map(({ lines }) => lines));
  return median > LIMITS.median
    ? [
        `src, nodes: half of the files have more than ${median - 1} lines; ${LIMITS.median} is the limit.`,
      ]
    : [];
}

function medianOf(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Files by folder, or by what else `key` says, in the order in which they come. */
function byFolder(files, key = ({ folder }) => folder) {
  const groups = new Map();
  for (const file of files) groups.set(key(file), [...(groups.get(key(file)) ?? []), file]);
  return groups;
}

/** A heading for each room, who it may import, and its files. */
function sections(files) {
  const rooms = [...byFolder(files, ({ name }) => roomOf(name))];
  return rooms
    .map(([room, members]) =>
      [`## ${escaped(room)}`, ruleOf(room), members.map(line).join('\n')]
        .filter(Boolean)
        .join('\n\n'),
    )
    .join('\n\n');
}

function ruleOf(room) {
  const row = importRules.find((each) => each.room === room);
  return row && `${escaped(row.why)} ${permission(row)}`;
}

function permission({ may = [], types = [], lazy = [] }) {
  const parts = [
    may.length > 0 && `may import ${may.join(', ')}`,
    types.length > 0 && `takes types from ${types.join(', ')}`,
    lazy.length > 0 && `loads ${lazy.join(', ')} when it is used`,
  ].filter(Boolean);
  return escaped(parts.length > 0 ? `It ${parts.join('; ')}.` : 'It imports nothing.');
}

function line({ name, sentence }) {
  const row = importRules.find(({ file }) => file === name);
  const more = row
    ? ` ${permission(row).replace('It may', 'It may also').replace('It loads', 'It also loads')}`
    : '';
  return `- [${path.posix.basename(name)}](../../${name}): ${escaped(sentence)}${more}`;
}

/** As text in Markdown; what is code in a comment stays code. */
function escaped(text) {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/[*<_[\]|]/g, '\\$&')))
    .join('');
}
