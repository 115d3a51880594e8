/** The table of core nodes in docs/delivery.md says what the tests show, and leaves no node out. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Between } from '../../support/core-node-routes';
import { PROMISES } from '../../support/core-nodes';
import { type FlowNode, sink } from '../../support/flow';
import { repositoryRoot, requireFromNodeRed } from '../../support/node-red-home';

const page = fs.readFileSync(path.join(repositoryRoot, 'docs/delivery.md'), 'utf8');
const section = /^## Core nodes, one by one$([\s\S]*?)^## /m.exec(page)?.[1] ?? '';

/** The rows of the section's tables; each has two cells. */
const rows = [...section.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm)].map(([, node = '', text = '']) => [
  node,
  text,
]);

type Create = (last: FlowNode) => Between | FlowNode;

const tested = Object.entries<Readonly<Record<string, Create>>>(PROMISES).flatMap(
  ([promise, nodes]) => Object.entries(nodes).map(([name, create]) => ({ name, promise, create })),
);

function typesOf(create: Create): string[] {
  const built = create(sink());
  const { first, others } = isNode(built) ? { first: [built], others: [] } : built;
  return [...first, ...others].map(({ type }) => type);
}

function isNode(built: Between | FlowNode): built is FlowNode {
  return 'type' in built;
}

/** Those that have an input, by what they tell the editor. */
function coreTypes(): string[] {
  const nodes = path.dirname(requireFromNodeRed().resolve('@node-red/nodes/package.json'));
  const forms = fs
    .readdirSync(path.join(nodes, 'core'), { encoding: 'utf8', recursive: true })
    .filter((file) => file.endsWith('.html') && !file.includes('locales'))
    .map((file) => fs.readFileSync(path.join(nodes, 'core', file), 'utf8'));
  return forms
    .flatMap((form) => form.split('RED.nodes.registerType(').slice(1))
    .filter((form) => /^\s*inputs: *1/m.test(form))
    .map((form) => /['"](.+?)['"]/.exec(form)?.[1] ?? '');
}

/** What starts flows; their inputs are not for events. */
const STARTS = ['inject', 'debug-subflow', 'unknown'];

describe('the table of core nodes in docs/delivery.md', () => {
  it('has a line for each way that is tested, and promises what is tested', () => {
    for (const { name, promise } of tested) {
      assert.ok(
        rows.some(([node, text]) => node === name && text === promise),
        `no line says of "${name}" that it "${promise}"`,
      );
    }
  });

  it('promises nothing that is not tested', () => {
    const promises = Object.keys(PROMISES);
    const untested = rows.filter(
      ([node, text]) =>
        promises.includes(text ?? '') &&
        !tested.some(({ name, promise }) => name === node && promise === text),
    );
    assert.deepEqual(untested, []);
    assert.ok(rows.length > tested.length, 'the section has its tables');
  });

  it('knows every core node that has an input', () => {
    const built = new Set(tested.flatMap(({ create }) => typesOf(create)));
    const named = rows.map(([node]) => node?.toLowerCase() ?? '').join(' ');
    const core = coreTypes();
    assert.ok(core.includes('switch') && core.length > 25, core.join(', '));
    const missing = core.filter(
      (type) => !built.has(type) && !STARTS.includes(type) && !named.includes(type),
    );
    assert.deepEqual(missing, []);
  });
});
