/** What is in the package, and that it needs nothing that is not. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { repositoryRoot } from '../support/node-red-home';
import { manifest } from './manifest';
import { Packed } from './pack';

/** Each line must be there at least once, and nothing else may be. */
const allowed = [
  /^package\.json$/,
  /^README\.md$/,
  /^CHANGELOG\.md$/,
  /^LICENSE$/,
  /^SECURITY\.md$/,
  /^dist\/sbom\.cdx\.json$/,
  /^docs\/(architecture\/)?([a-z-]+|README)\.md$/,
  /^examples\/\d\d - [^/]+\.json$/,
  /^dist\/src\/([a-z-]+\/)*[a-z-]+(\.generated)?\.(js|d\.ts)$/,
  /^dist\/src\/events\/schemas\/[A-Za-z-]+(@\d+)?\.schema\.json$/,
  /^dist\/nodes\/((runtime|settings)(\/[a-z-]+)*\/)?[a-z-]+\.(js|d\.ts)$/,
  /^dist\/nodes\/invers-[a-z-]+\.html$/,
  /^dist\/nodes\/icons\/invers-[a-z-]+\.svg$/,
  /^dist\/nodes\/locales\/[a-z]{2}(-[A-Z]{2})?\/invers-[a-z-]+\.(json|html)$/,
];

/** `ajv/dist/2020` → `ajv` */
function packageOf(wanted: string): string {
  return wanted.split('/', wanted.startsWith('@') ? 2 : 1).join('/');
}

describe('the package', function () {
  this.timeout(60_000);
  let packed: Packed;

  before(async () => {
    packed = await Packed.make();
  });

  after(() => packed?.dispose());

  it('holds what a user needs and nothing else: no tests, no sources, no source maps', () => {
    const surplus = packed.files.filter((file) => !allowed.some((pattern) => pattern.test(file)));
    assert.deepEqual(surplus, []);
    const missing = allowed.filter((pattern) => !packed.files.some((file) => pattern.test(file)));
    assert.deepEqual(missing, []);
  });

  it('lists what it is made of: each package that is installed with it, and its digest', async () => {
    const bill = JSON.parse(await packed.read('dist/sbom.cdx.json')) as {
      metadata: { component: { name: string; version: string } };
      components: { name: string; hashes?: unknown[] }[];
    };
    const { name, version } = bill.metadata.component;
    assert.deepEqual([name, version], [manifest.name, manifest.version]);
    const listed = bill.components.map((component) => component.name);
    for (const wanted of Object.keys(manifest.dependencies ?? {}))
      assert.ok(listed.includes(wanted), wanted);
    assert.ok(!listed.includes('mocha'));
    assert.ok(bill.components.every(({ hashes }) => hashes?.length));
  });

  it('is built from packages whose digests are known, each of them', () => {
    const file = path.join(repositoryRoot, 'package-lock.json');
    const { packages } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      packages: Record<string, { integrity?: string; inBundle?: boolean; link?: boolean }>;
    };
    const unknown = Object.entries(packages)
      .filter(([place, { integrity, inBundle, link }]) => place && !integrity && !inBundle && !link)
      .map(([place]) => place);
    assert.deepEqual(unknown, []);
  });

  it('holds no program whose source is gone', () => {
    const sources = packed.files
      .map((file) => /^dist\/(.*)\.js$/.exec(file)?.[1])
      .filter((name) => name !== undefined);
    assert.ok(sources.length > 0);
    const stale = sources.filter((name) => !fs.existsSync(path.join(repositoryRoot, `${name}.ts`)));
    assert.deepEqual(stale, []);
  });

  for (const [type, file] of Object.entries(manifest['node-red'].nodes)) {
    it(`holds the form, the labels, the help and the icon of ${type}`, async () => {
      const folder = path.posix.dirname(file);
      for (const part of [
        `${folder}/${type}.js`,
        `${folder}/${type}.html`,
        `${folder}/locales/en-US/${type}.json`,
        `${folder}/locales/en-US/${type}.html`,
      ]) {
        assert.ok(packed.files.includes(part), `${part} is missing`);
      }
      assert.equal(file, `${folder}/${type}.js`);

      const form = await packed.read(`${folder}/${type}.html`);
      assert.match(form, new RegExp(`data-template-name="${type}"`));
      const help = await packed.read(`${folder}/locales/en-US/${type}.html`);
      assert.match(help, new RegExp(`data-help-name="${type}"`));
      const labels = JSON.parse(await packed.read(`${folder}/locales/en-US/${type}.json`));
      assert.deepEqual(Object.keys(labels), [type]);

      const icon = /\bicon:\s*["']([^"']+)["']/.exec(form)?.[1];
      if (/\bcategory:\s*["']config["']/.test(form)) assert.equal(icon, undefined);
      else assert.ok(packed.files.includes(`${folder}/icons/${icon}`), `no icon ${icon}`);
    });
  }

  it('loads only its own files, its dependencies and what Node.js has', async () => {
    const promised = Object.keys(manifest.dependencies ?? {});
    const needed = new Set<string>();
    for (const file of packed.files.filter((name) => name.endsWith('.js'))) {
      const code = await packed.read(file);
      for (const [, wanted = ''] of code.matchAll(/\b(?:require|import)\(["']([^"']+)["']\)/g)) {
        if (isBuiltin(wanted)) continue;
        if (wanted.startsWith('.')) {
          const name = wanted.replace(/\.js$/, '');
          const target = path.posix.join(path.posix.dirname(file), `${name}.js`);
          assert.ok(packed.files.includes(target), `${file} loads ${wanted}, which is not packed`);
        } else {
          needed.add(packageOf(wanted));
        }
      }
    }
    assert.deepEqual([...needed].sort(), [...promised].sort());
  });
});
