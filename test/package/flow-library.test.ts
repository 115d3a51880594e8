/** What the Node-RED flow library's scorecard and the Palette Manager ask of a package, as far as no network is needed. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot, requireFromNodeRed } from '../support/node-red-home';
import { admits, locked, manifest, readJson } from './manifest';

/** The oldest Node.js that is supported, the oldest that Node-RED 5 runs on, and a newer one. */
const nodeVersions = ['20.0.0', '22.9.0', '24.0.0'];

const nodes = Object.entries(manifest['node-red'].nodes).map(([type, file]) => ({
  type,
  form: read(file.replace(/\.js$/, '.html')),
}));
const nodesOnTabs = nodes.filter(({ form }) => !/\bcategory:\s*["']config["']/.test(form));

function read(file: string): string {
  return fs.readFileSync(path.join(repositoryRoot, file), 'utf8');
}

describe('package.json, as the Node-RED flow library wants it', () => {
  it('names a licence, whose text is there', () => {
    assert.equal(manifest.license, 'MIT');
    assert.match(read('LICENSE'), /^MIT License\n\nCopyright \(c\) \d{4} \w+/);
  });

  it('says where the source and the list of bugs are, in a repository of the same name', () => {
    const [, name = ''] = manifest.name.split('/');
    const page = manifest.repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');
    assert.equal(path.posix.basename(page ?? ''), name);
    assert.equal(manifest.bugs?.url, `${page}/issues`);
  });

  it('has a scoped name and the keyword node-red', () => {
    assert.match(manifest.name, /^@[a-z\d][\w.-]+\/[a-z\d][\w.-]*$/);
    assert.ok(manifest.keywords?.includes('node-red'));
  });

  it('admits Node-RED 4 and 5, and no older one', () => {
    const range = manifest['node-red'].version ?? '';
    const versions = ['3.1.15', '4.0.0', '4.1.15', '5.0.7'];
    assert.deepEqual(
      versions.filter((version) => admits(range, version)),
      ['4.0.0', '4.1.15', '5.0.7'],
    );
  });

  it('admits Node.js 20 and the oldest one of Node-RED 5, and no older one', () => {
    const range = manifest.engines?.node ?? '';
    const versions = ['18.20.8', ...nodeVersions];
    assert.deepEqual(
      versions.filter((version) => admits(range, version)),
      nodeVersions,
    );
  });

  it('has at most six dependencies', () => {
    const names = Object.keys(manifest.dependencies ?? {});
    assert.ok(names.length > 0 && names.length <= 6, names.join(', '));
  });
});

describe('everything that comes along with the package', () => {
  const installed = Object.entries(locked).filter(([place, { dev }]) => place !== '' && !dev);

  it('is known: the lock file is that of this package.json', () => {
    assert.deepEqual(locked['']?.dependencies, manifest.dependencies);
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      assert.ok(
        installed.some(([place]) => place === `node_modules/${name}`),
        `${name} is not in the lock file`,
      );
    }
  });

  // The Palette Manager runs npm with --engine-strict: one package that refuses ends the installation.
  it('can be installed on each Node.js that the package admits', () => {
    const refusals = installed.flatMap(([place, { engines }]) =>
      nodeVersions
        .filter((version) => !admits(engines?.node ?? '*', version))
        .map((version) => `${place} refuses Node.js ${version}`),
    );
    assert.deepEqual(refusals, []);
  });

  it('runs no script at installation', () => {
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    assert.deepEqual(scripted, []);
    const own = Object.keys(manifest.scripts ?? {});
    assert.deepEqual(
      own.filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
      [],
    );
  });
});

describe('the nodes, as the Node-RED flow library reads them', () => {
  for (const { type, form } of nodes) {
    it(`${type} registers once, under its own name and with its definition in place`, () => {
      assert.match(type, /^invers-/);
      const scripts = [
        ...form.matchAll(/<script[^>]* type="text\/javascript"[^>]*>([\s\S]*?)<\/script>/g),
      ];
      const code = scripts.map(([, script]) => script).join('\n');
      const types = [...code.matchAll(/\bregisterType\(\s*["']([^"']+)["']\s*,\s*\{/g)];
      assert.deepEqual(
        types.map(([, literal]) => literal),
        [type],
      );
      assert.equal(code.match(/\bregisterType\(/g)?.length, 1);
      assert.match(code, /\bdefaults:\s*\{/);
      assert.match(code, /\bcategory:\s*["']/);
    });
  }

  for (const { type, form } of nodesOnTabs) {
    it(`${type} says in plain values what it looks like`, () => {
      for (const expected of [
        /\bcategory:\s*["']INVERS["']/,
        /\bcolor:\s*["']#[\dA-Fa-f]{6}["']/,
        /\bicon:\s*["'][^"']+["']/,
        /\binputs:\s*[01]\b/,
        /\boutputs:\s*\d\b/,
      ]) {
        // the whole form in the message would be too much
        assert.ok(expected.test(form), `nothing in the form is like ${expected}`);
      }
    });
  }

  it('each appear in an example', () => {
    const files = fs.readdirSync(path.join(repositoryRoot, 'examples'));
    const shown = new Set(
      files.flatMap((file) => {
        const flow = readJson<{ type: string }[]>(`examples/${file}`);
        assert.ok(Array.isArray(flow), `${file} is not an array of nodes`);
        return flow.map(({ type }) => type);
      }),
    );
    assert.ok(nodesOnTabs.length > 0);
    assert.deepEqual(
      nodesOnTabs.map(({ type }) => type).filter((type) => !shown.has(type)),
      [],
    );
  });

  // Node-RED looks an icon up by its file name alone.
  it('have icons whose names nobody else uses', () => {
    const core = path.dirname(requireFromNodeRed().resolve('@node-red/nodes/package.json'));
    const taken = new Set(fs.readdirSync(path.join(core, 'icons')));
    assert.ok(taken.size > 0);
    const icons = fs.readdirSync(path.join(repositoryRoot, 'dist/nodes/icons'));
    assert.ok(icons.length > 0);
    assert.deepEqual(
      icons.filter((icon) => !icon.startsWith('invers-') || taken.has(icon)),
      [],
    );
  });
});
