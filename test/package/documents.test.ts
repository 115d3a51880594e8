/** The documents lead somewhere, tell what is true of the code, and the repository speaks of no machine but the reader's. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../support/node-red-home';
import { manifest, readJson } from './manifest';

const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...fs
    .readdirSync(path.join(repositoryRoot, 'docs'), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What is, or is about to be, in the repository. */
const files = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: repositoryRoot, encoding: 'utf8' },
)
  .split('\0')
  .filter((file) => file !== '' && isFile(path.join(repositoryRoot, file)));

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function read(file: string): string {
  return fs.readFileSync(path.join(repositoryRoot, file), 'utf8');
}

function withoutCodeBlocks(markdown: string): string {
  return markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
}

/** Where Markdown links, images and references of a document lead. */
function linksOf(document: string): string[] {
  const text = withoutCodeBlocks(read(document)).replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  return [...inline, ...references].map(([, target = '']) => target);
}

/** The anchors that GitHub makes of a document's headings. */
function anchorsOf(document: string): string[] {
  const headings = [...withoutCodeBlocks(read(document)).matchAll(/^#+ +(.*?) *$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** Why a link of a document leads nowhere; undefined where it does, or leaves the repository. */
function problemOf(document: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [file = '', anchor] = link.split('#');
  const target = file ? path.posix.join(path.posix.dirname(document), decodeURI(file)) : document;
  if (!fs.existsSync(path.join(repositoryRoot, target))) return `${document}: no file ${target}`;
  if (anchor !== undefined && !anchorsOf(target).includes(anchor)) {
    return `${document}: no heading #${anchor} in ${target}`;
  }
  return undefined;
}

/** `…/name.ts` and the like, wherever it stands; neither patterns nor addresses. */
function sourcesNamedIn(text: string): string[] {
  const names = /(?<![\w./*<>@:-])\w[\w-]*(?:[./][\w-]+)*\.(?:ts|mjs|cjs)\b(?![.\w-])/g;
  return [...text.matchAll(names)].map(([name]) => name);
}

/** A status as the README writes it, in italics, with numbers for the label's `__placeholders__`. */
function shownText(label: string): RegExp {
  const pieces = label
    .split(/__\w+?__/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // a number, or whatever is too long for the table
  return new RegExp(`_${pieces.join('(\\d[\\d.]*|…)')}_`);
}

describe('the documents', () => {
  it('have links that lead to files and headings that exist', () => {
    const relative = documents.flatMap((document) =>
      linksOf(document).map((link) => ({ document, link })),
    );
    assert.ok(relative.some(({ link }) => link.startsWith('docs/')));
    const problems = relative.map(({ document, link }) => problemOf(document, link));
    assert.deepEqual(
      problems.filter((problem) => problem !== undefined),
      [],
    );
  });

  it('name only commands that package.json has', () => {
    const commands = documents.flatMap((document) =>
      [...read(document).matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g)].map(
        ([, name = '']) => name,
      ),
    );
    assert.ok(commands.length > 0);
    const known = Object.keys(manifest.scripts ?? {});
    assert.deepEqual(
      commands.filter((name) => !known.includes(name)),
      [],
    );
  });

  it('name only files and folders of the repository that exist', () => {
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/`((?:src|nodes|test|scripts|examples|docs)\/[\w./ -]*)`/g)].map(
        ([, name = '']) => ({ document, name }),
      ),
    );
    assert.ok(named.length > 0);
    const missing = named.filter(({ name }) => !fs.existsSync(path.join(repositoryRoot, name)));
    assert.deepEqual(missing, []);
  });

  it('name only source files that exist, in drawings and without their folder too', () => {
    const named = documents.flatMap((document) =>
      sourcesNamedIn(read(document)).map((name) => ({ document, name })),
    );
    assert.ok(named.some(({ name }) => name === 'src/broker/channel-acks.ts'));
    const exists = (name: string) => files.some((file) => `/${file}`.endsWith(`/${name}`));
    assert.deepEqual(
      named.filter(({ name }) => !exists(name)),
      [],
    );
  });
});

describe('README.md', () => {
  it('explains every status that a topic can have', () => {
    const file = 'nodes/locales/en-US/invers-topic-in.json';
    const labels = readJson<Record<string, { status: Record<string, string> }>>(file);
    // Without a reason, a state shows a text of Node-RED's own.
    const {
      connecting,
      consuming,
      disconnected,
      refused,
      'in-flight': inFlight,
      ...reasons
    } = labels['invers-topic-in']?.status ?? {};
    const counters = `__rate__/s · __count__ ${inFlight}`;
    const texts = ['connecting', 'connected', counters, ...Object.values(reasons)];
    assert.ok(texts.length > 10);
    const explained = read('README.md');
    assert.deepEqual(
      texts.filter((text) => !shownText(text).test(explained)),
      [],
    );
  });

  it('names every node type, and says whose package it is not', () => {
    const text = read('README.md');
    for (const type of Object.keys(manifest['node-red'].nodes))
      assert.match(text, new RegExp(type));
    assert.match(text, /not endorsed by INVERS GmbH/);
  });
});

describe('docs/README.md', () => {
  it('leads to every page of docs/', () => {
    const index = 'docs/README.md';
    const listed = linksOf(index).map((link) => path.posix.join('docs', link));
    const pages = documents.filter((name) => name.startsWith('docs/') && name !== index);
    assert.ok(pages.length > 10);
    assert.deepEqual(
      pages.filter((page) => !listed.includes(page)),
      [],
    );
  });
});

describe('docs/architecture', () => {
  const pages = documents.filter((name) => name.startsWith('docs/architecture/'));

  it('has pages of a hundred lines at most; only the list of files is longer', () => {
    assert.ok(pages.length > 5);
    const long = pages.filter((page) => read(page).split('\n').length - 1 > 100);
    assert.deepEqual(long, ['docs/architecture/files.md']);
  });

  it('leads from its map to every other page of it', () => {
    const map = 'docs/architecture/README.md';
    const listed = linksOf(map).map((link) => path.posix.join('docs/architecture', link));
    assert.deepEqual(
      pages.filter((page) => page !== map && !listed.includes(page)),
      [],
    );
  });
});

describe('the repository', () => {
  /** Lines that fit, as `file:line: text`. */
  function linesWith(pattern: RegExp): string[] {
    return files.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
        ),
    );
  }

  it('names no path that only one machine has', () => {
    assert.ok(files.includes('package.json'));
    const homes = /(?<![\w.~/:}-])\/(?:work|workspaces?|home|root|Users|tmp|mnt)\/[\w.@-]/;
    assert.match(['see ', 'home', 'somebody'].join('/'), homes);
    assert.deepEqual(linesWith(homes), []);
  });

  // Whoever builds it has a registry of his own choice: the lock files leave the addresses out.
  it('names no registry or mirror of packages', () => {
    const registries =
      /\/\/[\w.@:-]*(?:registry|mirror|artifactory|nexus|verdaccio)[\w-]*\.[\w.-]+|"resolved":\s*"http/;
    assert.match(['https:', '', 'my-registry.example'].join('/'), registries);
    assert.deepEqual(linesWith(registries), []);
  });
});
