/** The packed package, installed by Node-RED's own Palette Manager into an empty Node-RED. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { consumer, eventFilter, tab, topicIn } from '../support/flow';
import { repositoryRoot } from '../support/node-red-home';
import { locked, manifest, readJson } from './manifest';
import { Packed } from './pack';
import { UserNodeRed } from './palette';

describe('installing the package with the Palette Manager', function () {
  this.timeout(180_000);
  let packed: Packed;
  let nodeRed: UserNodeRed;

  before(async () => {
    packed = await Packed.make();
    nodeRed = await UserNodeRed.start();
    assert.deepEqual(await nodeRed.nodeSets(manifest.name), []);
    await nodeRed.install(packed.tarball);
  });

  after(async () => {
    await nodeRed?.dispose();
    await packed?.dispose();
  });

  const expected = Object.keys(manifest['node-red'].nodes)
    .sort()
    .map((type) => ({
      name: type,
      types: [type],
      version: manifest.version,
      enabled: true,
      err: undefined,
    }));

  async function nodeSets(): Promise<unknown[]> {
    const sets = await nodeRed.nodeSets(manifest.name);
    return sets
      .map(({ name, types, version, enabled, err }) => ({ name, types, version, enabled, err }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  it('brings every node type, without an error and without a restart', async () => {
    assert.deepEqual(await nodeSets(), expected);
  });

  it('installs the dependencies that the lock file names, and no others', () => {
    const names = (packages: object) =>
      Object.keys(packages)
        .filter((place) => place !== '' && place !== `node_modules/${manifest.name}`)
        .sort();
    const production = Object.entries(locked).filter(([, { dev }]) => !dev);
    const hiddenLock = 'node_modules/.package-lock.json';
    const installed = readJson<{ packages: object }>(hiddenLock, nodeRed.userDir).packages;
    assert.deepEqual(names(installed), names(Object.fromEntries(production)));
    const own = path.join(nodeRed.userDir, 'node_modules', manifest.name);
    assert.equal(fs.lstatSync(own).isSymbolicLink(), false);
    assert.equal(fs.existsSync(path.join(own, 'test')), false);
  });

  it('offers the examples in the import dialog', async () => {
    const folder = `/library/examples/flows/${manifest.name}`;
    const offered = await nodeRed.get<{ fn: string }[]>(folder);
    const expected = packed.files
      .map((file) => /^examples\/(.*)\.json$/.exec(file)?.[1])
      .filter((name) => name !== undefined);
    assert.ok(expected.length > 0);
    assert.deepEqual(offered.map(({ fn }) => fn).sort(), expected);
  });

  it('has its icons', async () => {
    const icons = await nodeRed.get<Record<string, string[]>>('/icons');
    const drawn = fs.readdirSync(path.join(repositoryRoot, 'icons')).sort();
    assert.ok(drawn.length > 0);
    assert.deepEqual(icons[manifest.name]?.toSorted(), drawn);
  });

  it('brings the command invers-sandbox', async () => {
    const command = path.join(nodeRed.userDir, 'node_modules', '.bin', 'invers-sandbox');
    const { stdout } = await promisify(execFile)(command, ['--help']);
    assert.match(stdout, /^Usage: invers-sandbox \[options\]/);
  });

  it('runs a flow, which says that no broker is there', async () => {
    const nobody = consumer({ port: 1 });
    const filter = eventFilter({}, [], []);
    const topic = topicIn({ consumer: nobody, queue: 'vehicle-states' }, [filter], []);
    await nodeRed.deploy(tab([nobody, topic, filter]));
    await nodeRed.waitForStatus(topic.id, { fill: 'red', shape: 'ring', text: /\.unreachable$/ });
  });

  it('is still there after a restart, and runs the flow', async () => {
    await nodeRed.kill();
    await nodeRed.start();
    assert.deepEqual(await nodeSets(), expected);
    const [topic] = (await nodeRed.get<{ id: string; type: string }[]>('/flows')).filter(
      ({ type }) => type === 'invers-topic-in',
    );
    await nodeRed.waitForStatus(topic?.id ?? '', { text: /\.unreachable$/ });
  });
});
