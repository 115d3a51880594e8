/** The check who imports whom sees every import, and says which row of the table forbids it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../../support/node-red-home';

interface Row {
  room?: string;
  file?: string;
  why: string;
  may?: string[];
  types?: string[];
  lazy?: string[];
  alone?: boolean;
}

interface Checker {
  checkImports(root: string, rules: Row[], folders: string[]): void;
  checkRules(root: string, rules: Row[], folders: string[]): void;
}

const rules: Row[] = [
  {
    room: 'src/broker',
    why: 'The broker is blind.',
    may: ['src/time', 'amqplib', 'node:*'],
    types: ['src/delivery'],
    lazy: ['lib/sandbox/sandbox.ts'],
  },
  { room: 'src/time', why: 'Time needs nobody.' },
  { file: 'src/time/zones.ts', why: 'Zones come from Node.', may: ['node:*'] },
  { room: 'nodes', why: 'Nodes stand alone.', may: ['src/**'], alone: true },
  { room: 'nodes/*.editor.ts', why: 'It runs in the browser.', may: ['src/time/clock.ts'] },
];

describe('the check who imports whom', () => {
  let root: string;
  let checker: Checker;

  before(async () => {
    const file = path.join(repositoryRoot, 'scripts/lib/imports.mjs');
    checker = (await import(pathToFileURL(file).href)) as Checker;
  });

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'invers-imports-'));
    // in no folder that is looked through, so without a row
    fs.mkdirSync(path.join(root, 'lib/sandbox'), { recursive: true });
    fs.writeFileSync(path.join(root, 'lib/sandbox/sandbox.ts'), '');
  });

  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  /** What is wrong with a file of this text, a line each, without the heading. */
  function problems(file: string, text: string): string[] {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
    try {
      checker.checkImports(root, rules, ['src', 'nodes']);
      return [];
    } catch (error) {
      return (error as Error).message.split('\n').slice(2);
    }
  }

  it('lets pass what the row of the folder names', () => {
    const text = `
import fs from 'node:fs/promises';
import { connect } from 'amqplib/callback_api.js';
import { clock } from '../time/clock';
import type { Verdict } from '../delivery/verdict';
import { own } from './own';
export type { Verdict } from '../delivery/verdict';
const { Sandbox } = await import('../../lib/sandbox/sandbox.js');
`;
    assert.deepEqual(problems('src/broker/broker.ts', text), []);
  });

  it('names file, line, target and reason of an import that no row allows', () => {
    assert.deepEqual(problems('src/time/clock.ts', `/** x */\nimport { a } from 'amqplib';\n`), [
      'src/time/clock.ts:2: must not import amqplib. Time needs nobody. It is allowed in src/broker.',
    ]);
  });

  for (const [form, text] of Object.entries({
    'a plain import': "import { a } from '../events/a';",
    'an import over several lines': "import {\n  a,\n  type B,\n} from '../events/a';",
    'an import for its effect': "import '../events/a';",
    'a type': "import type { A } from '../events/a';",
    'an export': "export * from '../events/a';",
    'an export of types': "export type * from '../events/a';",
    'import()': "const a = await import('../events/a');",
    'require()': "const a = require('../events/a');",
    'import = require()': "import a = require('../events/a');",
    'the type of an import': "let a: typeof import('../events/a');",
  })) {
    it(`sees ${form}`, () => {
      assert.match(
        problems('src/time/clock.ts', text).join('\n'),
        /:1: must not import src\/events\/a/,
      );
    });
  }

  it('does not take a subfolder for the folder', () => {
    const text = "import { a } from '../time/zone/a';";
    assert.match(
      problems('src/broker/broker.ts', text).join(),
      /must not import src\/time\/zone\/a/,
    );
  });

  it('does not take a folder for the package of its name', () => {
    const text = "import { a } from '../../node:fs';";
    assert.match(problems('src/broker/broker.ts', text).join(), /must not import node:fs/);
  });

  for (const [form, text] of Object.entries({
    'a value': "import { decide } from '../delivery/verdict';",
    'a value among types': "import { decide, type Verdict } from '../delivery/verdict';",
    'import()': "const a = await import('../delivery/verdict');",
    'import = require()': "import a = require('../delivery/verdict');",
  })) {
    it(`refuses ${form} where only types may be taken`, () => {
      const [problem] = problems('src/broker/broker.ts', text);
      assert.match(problem ?? '', /:1: must take only types from src\/delivery\/verdict/);
    });
  }

  it('takes an import of which every name is a type for one of types', () => {
    const text = "import { type Verdict, type Phase } from '../delivery/verdict';";
    assert.deepEqual(problems('src/broker/broker.ts', text), []);
  });

  it('refuses to load at once what is to be loaded when it is used', () => {
    const text = "import { Sandbox } from '../../lib/sandbox/sandbox';";
    assert.match(
      problems('src/broker/broker.ts', text).join('\n'),
      /must load lib\/sandbox\/sandbox/,
    );
  });

  it('refuses a path that only a run tells', () => {
    const text = 'const a = await import(name);';
    assert.match(
      problems('src/broker/broker.ts', text).join(),
      /must not import what is known only/,
    );
  });

  it('lets pass the types of what is to be loaded when it is used', () => {
    const text = "import type { Sandbox } from '../../lib/sandbox/sandbox';";
    assert.deepEqual(problems('src/broker/broker.ts', text), []);
  });

  it('allows no package but those of the row', () => {
    const [problem] = problems('src/broker/broker.ts', "import Ajv from 'ajv/dist/2020';");
    assert.match(problem ?? '', /must not import ajv\/dist\/2020/);
  });

  it('takes folder/** for what is below the folder, and not for its neighbour', () => {
    assert.deepEqual(problems('nodes/one.ts', "import { a } from '../src/time/zone/a';"), []);
    const [problem] = problems('nodes/one.ts', "import { a } from '../src-old/a';");
    assert.match(problem ?? '', /must not import src-old\/a/);
  });

  it('gives one file more than its folder', () => {
    assert.deepEqual(problems('src/time/zones.ts', "import fs from 'node:fs';"), []);
    assert.equal(problems('src/time/clock.ts', "import fs from 'node:fs';").length, 1);
  });

  it('keeps node files apart, and what runs in the browser from the rest', () => {
    assert.match(
      problems('nodes/one.ts', "import { two } from './two';").join(),
      /must not import nodes\/two. Nodes stand alone./,
    );
    fs.rmSync(path.join(root, 'nodes/one.ts'));
    assert.match(
      problems('nodes/one.editor.ts', "import { a } from '../src/broker/a';").join(),
      /must not import src\/broker\/a. It runs in the browser./,
    );
  });

  it('demands a row for a new folder', () => {
    assert.match(
      problems('src/vehicle/area.ts', '').join(),
      /^src\/vehicle\/area.ts:1: src\/vehicle has no row in the table/,
    );
  });

  it('sees rows and permissions of what there is no more', () => {
    for (const file of ['src/time/clock.ts', 'src/delivery/verdict.ts', 'src/broker/broker.ts']) {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), '');
    }
    const [broker, time, zones] = rules as [Row, Row, Row];
    const check = (rows: Row[]) => checker.checkRules(root, rows, ['src']);
    check([broker, time]);
    assert.throws(() => check([broker, time, zones]), /there is no src\/time\/zones\.ts: take/);
    assert.throws(
      () => check([broker, { room: 'src/clocks', why: '' }]),
      /there is no src\/clocks/,
    );
    const gone = { ...time, types: ['src/calendar/**'] };
    assert.throws(
      () => check([gone]),
      /src\/time may import src\/calendar\/\*\*, which there is not/,
    );
  });
});
