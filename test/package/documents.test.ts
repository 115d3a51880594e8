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

/** The paths that a document's first plain code block draws as a tree, two spaces a level; folders end in a slash. */
function treeIn(document: string): string[] {
  const block = /^```\n([\s\S]*?)^```/m.exec(read(document))?.[1] ?? '';
  const folders: string[] = [];
  return [...block.matchAll(/^( *)(\S+)/gm)].map(([, indent = '', name = '']) => {
    const depth = indent.length / 2;
    folders.length = depth;
    folders.push(name);
    return folders.join('');
  });
}

/** `*` and `<type>` in a drawn path stand for any name. */
function patternOf(drawn: string): RegExp {
  const pieces = drawn.split(/\*|<\w+>/).map((piece) => piece.replace(/[.]/g, '\\.'));
  return new RegExp(`^${pieces.join('[\\w-]+')}$`);
}

/** A status as the README writes it, in italics, with numbers for the label's `__placeholders__`. */
function shownText(label: string): RegExp {
  const pieces = label
    .split(/__\w+?__/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`_${pieces.join('\\d[\\d.]*')}_`);
}

function isWithin(file: string, folder: string): boolean {
  return folder.endsWith('/') && file !== folder && file.startsWith(folder);
}

function filesIn(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    fs
      .readdirSync(path.join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(repositoryRoot, path.join(entry.parentPath, entry.name))),
  );
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

describe('docs/architecture.md', () => {
  const tree = treeIn('docs/architecture.md');
  const files = filesIn('src', 'nodes');

  it('draws what is there', () => {
    assert.ok(tree.length > 0);
    const exists = (entry: string) =>
      entry.endsWith('/')
        ? fs.existsSync(path.join(repositoryRoot, entry))
        : files.some((file) => patternOf(entry).test(file));
    assert.deepEqual(
      tree.filter((entry) => !exists(entry)),
      [],
    );
  });

  it('draws every file of src/ and nodes/, or the folder that holds it', () => {
    const leaves = tree.filter((entry) => !tree.some((other) => isWithin(other, entry)));
    const drawn = (file: string) =>
      leaves.some((leaf) => isWithin(file, leaf) || patternOf(leaf).test(file));
    assert.ok(files.length > 0);
    assert.deepEqual(
      files.filter((file) => !drawn(file)),
      [],
    );
  });
});

describe('the repository', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: repositoryRoot, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && fs.existsSync(path.join(repositoryRoot, file)));

  /** Tracked lines that fit, as `file:line: text`. */
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
