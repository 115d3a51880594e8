/** The store node as a package: what it loads, and what it leaves alone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Loads the node and makes a store of that kind, in a process that has loaded nothing else. */
const program = `
const [file, backend] = process.argv.slice(1);
let Store;
const RED = {
  settings: { userDir: '.' },
  httpAdmin: { post: () => {} },
  auth: { needsPermission: () => {} },
  nodes: {
    createNode: (node) => Object.assign(node, { on: () => {}, error: () => {}, warn: () => {}, log: () => {} }),
    getNode: () => null,
    registerType: (type, constructor) => { Store = constructor; },
  },
};
require(file)(RED);
const node = new Store({ id: 'n1', backend, url: 'redis://127.0.0.1:9' });
const { dedupe } = node.opened().dedupe();
console.log(Object.keys(require.cache).some((name) => name.includes('@redis')));
dedupe.close();
`;

function loadsRedis(backend: string): boolean {
  const file = path.resolve(__dirname, '../../../nodes/invers-store.js');
  const output = execFileSync(process.execPath, ['-e', program, file, backend], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as boolean;
}

describe('the store node', () => {
  it('loads Redis’ client only where it is used', () => {
    assert.equal(loadsRedis('memory'), false);
    assert.equal(loadsRedis('redis'), true);
  });
});
