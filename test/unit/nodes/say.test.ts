/** Nodes say nothing in the log but what is fit to be shown there, whatever it repeats. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fail, inform, warn } from '../../../nodes/runtime/status/say';
import { repositoryRoot } from '../../support/node-red-home';

/** Those that call Node-RED's own functions, with what they have made fit. */
const OWN_CALLS = ['say.ts', 'throttled-error.ts'];

describe('what nodes say in the log', () => {
  it('has no character that moves the cursor, begins a line or turns the direction', () => {
    const said: string[] = [];
    const note = (text: string) => void said.push(text);
    const teller = { warn: note, error: note, log: note };
    for (const say of [warn, fail, inform]) say(teller, 'queue "\u001b[2J\n\u202eb"');
    assert.deepEqual(said, Array(3).fill('queue "\\u001b[2J \\u202eb"'));
  });

  it('goes no other way into the log', () => {
    const nodes = path.join(repositoryRoot, 'nodes');
    const files = fs
      .readdirSync(nodes, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/^editor\b|\.editor\.ts$/.test(file));
    assert.ok(files.length > 50, 'the files are elsewhere');
    const calls = files.flatMap((file) => {
      if (OWN_CALLS.includes(path.basename(file))) return [];
      const source = fs.readFileSync(path.join(nodes, file), 'utf8');
      const text = source.replace(/^\s*(\/\/|\/?\*).*$/gm, '');
      // a node file says it of itself; elsewhere `this` is no node
      const who = file.includes(path.sep) ? /\b(node|log)/ : /\b(node|log|this)/;
      const call = new RegExp(`${who.source}\\??\\.(warn|error|log|info|debug|trace)\\(`, 'g');
      return [...text.matchAll(call)].map(([found]) => `${file}: ${found}`);
    });
    assert.deepEqual(calls, []);
  });
});
