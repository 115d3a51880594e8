/** A form's rows are written once, as one short element each, and no text of theirs is missing in any language. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LIMITS, type NumberLimits } from '../../../nodes/settings/limits';
import { repositoryRoot } from '../../support/node-red-home';

interface Surroundings {
  type: string;
  limits: object;
  catalogues: { file: string; texts: object }[];
  isConfig: boolean;
}

type ExpandForm = (html: string, surroundings: Surroundings) => string;

const texts = {
  'invers-x': {
    label: { name: 'Name', prefetch: 'Prefetch', mode: 'Mode', 'use-tls': 'TLS', store: 'Store' },
    hint: {
      prefetch: 'How many.',
      'use-tls': 'On.',
      store: 'Where.',
      'mode-a': 'A.',
      'mode-b': 'B.',
    },
    mode: { a: 'Way A', b: 'Way B' },
    unit: { events: 'events' },
    placeholder: { name: 'for example X' },
  },
};
const limits = {
  prefetch: { default: 50, min: 1, max: 65_535 },
  mode: { default: 'a', choices: ['a', 'b'] },
};

describe('the rows of a form', () => {
  let expandForm: ExpandForm;

  before(async () => {
    const file = path.join(repositoryRoot, 'scripts/lib/form-rows.mjs');
    ({ expandForm } = (await import(pathToFileURL(file).href)) as { expandForm: ExpandForm });
  });

  function expand(html: string, changed: Partial<Surroundings> = {}): string {
    const catalogues = [{ file: 'en-US/invers-x.json', texts }];
    const surroundings = { type: 'invers-x', limits, catalogues, isConfig: false };
    return expandForm(html, { ...surroundings, ...changed });
  }

  it('a row for a number becomes label, input, unit and hint, tied to each other', () => {
    assert.equal(
      expand('  <invers-row field="prefetch" icon="tachometer" number unit="events" data-x="a b">'),
      `  <div class="form-row" data-x="a b">
    <label for="node-input-prefetch"><i class="fa fa-tachometer"></i> <span data-i18n="invers-x.label.prefetch"></span></label>
    <input type="text" id="node-input-prefetch" aria-describedby="invers-x-prefetch-hint" class="invers-number" autocomplete="off" placeholder="50"><span class="invers-unit" data-i18n="invers-x.unit.events"></span>
    <div class="invers-hint" id="invers-x-prefetch-hint" data-i18n="invers-x.hint.prefetch"></div>
  </div>`,
    );
  });

  it('a row for a choice gets its options from the shared settings, and room for what each means', () => {
    assert.equal(
      expand('<invers-row field="mode" icon="check" select hint="choice" aria-controls="other">'),
      `<div class="form-row">
  <label for="node-input-mode"><i class="fa fa-check"></i> <span data-i18n="invers-x.label.mode"></span></label>
  <select id="node-input-mode" aria-controls="other" aria-describedby="invers-x-mode-hint">
    <option value="a" data-i18n="invers-x.mode.a"></option>
    <option value="b" data-i18n="invers-x.mode.b"></option>
  </select>
  <div class="invers-hint" id="invers-x-mode-hint"></div>
</div>`,
    );
  });

  it('a row of a config node has the ids of config nodes, and a checkbox stands before its label', () => {
    assert.equal(
      expand('<invers-row field="useTls" check>', { isConfig: true }),
      `<div class="form-row invers-check">
  <input type="checkbox" id="node-config-input-useTls" aria-describedby="invers-x-use-tls-hint">
  <label for="node-config-input-useTls" data-i18n="invers-x.label.use-tls"></label>
  <div class="invers-hint" id="invers-x-use-tls-hint" data-i18n="invers-x.hint.use-tls"></div>
</div>`,
    );
  });

  it('a row for a typedInput names its label, for the input that Node-RED puts in its place', () => {
    assert.equal(
      expand('<invers-row field="store" icon="key" typed>'),
      `<div class="form-row">
  <label for="node-input-store" id="invers-x-store-label"><i class="fa fa-key"></i> <span data-i18n="invers-x.label.store"></span></label>
  <input type="text" id="node-input-store" aria-describedby="invers-x-store-hint" style="width: calc(100% - 136px)">
  <input type="hidden" id="node-input-storeType">
  <div class="invers-hint" id="invers-x-store-hint" data-i18n="invers-x.hint.store"></div>
</div>`,
    );
  });

  const german = { 'invers-x': { ...texts['invers-x'], hint: {}, unit: {}, mode: { a: 'Weg A' } } };
  const missing: [row: string, message: string][] = [
    [
      'field="prefetch" icon="x" number',
      'field prefetch: de/invers-x.json has no text invers-x.hint.prefetch',
    ],
    [
      'field="prefetch" icon="x" number hint="none" unit="events"',
      'field prefetch: de/invers-x.json has no text invers-x.unit.events',
    ],
    [
      'field="mode" icon="x" select hint="none"',
      'field mode: de/invers-x.json has no text invers-x.mode.b',
    ],
    [
      'field="mode" icon="x" select hint="choice"',
      'field mode: de/invers-x.json has no text invers-x.hint.mode-a',
    ],
    [
      'field="host" icon="x" hint="none"',
      'field host: en-US/invers-x.json has no text invers-x.label.host',
    ],
    [
      'field="name" icon="x" hint="none" placeholder="label.nickname"',
      'field name: en-US/invers-x.json has no text invers-x.label.nickname',
    ],
  ];
  for (const [row, message] of missing) {
    it(`the build fails, naming form, field and catalogue, at <invers-row ${row}>`, () => {
      const catalogues = [
        { file: 'en-US/invers-x.json', texts },
        { file: 'de/invers-x.json', texts: german },
      ];
      assert.throws(() => expand(`<invers-row ${row}>`, { catalogues }), {
        message: `nodes/invers-x.html, ${message}`,
      });
    });
  }

  const mistakes: [html: string, message: RegExp][] = [
    [
      '<invers-row field="name" icon="x" hint="none" nubmer>',
      /field name: a row has no attribute nubmer/,
    ],
    [
      '<invers-row field="mode" icon="x" select check>',
      /a row is of one kind, not check and select/,
    ],
    ['<invers-row field="name" hint="none">', /field name: the attribute icon is missing/],
    ['<invers-row icon="x">', /the attribute field is missing/],
    ['<invers-row field="store" icon="x" number>', /limits\.ts does not know it/],
    ['<invers-row field="store" icon="x" select>', /limits\.ts knows no choices for it/],
    [
      '<invers-row field="name" unit="events" icon="x" hint="none">',
      /field name: only a number has a unit/,
    ],
    ["<invers-row field='name'>", /this row cannot be read: <invers-row field='name'>/],
    [
      '<p data-i18n="[html]invers-x.tip"></p>',
      /nodes\/invers-x\.html: en-US\/invers-x\.json has no text invers-x\.tip/,
    ],
  ];
  for (const [html, message] of mistakes) {
    it(`the build fails at ${html}`, () => {
      assert.throws(() => expand(html), { message });
    });
  }
});

/** In the sources, because a text with a wrong range would pass every check of the built form. */
describe('the texts of the forms', () => {
  const locales = path.join(repositoryRoot, 'nodes/locales');

  for (const language of fs.readdirSync(locales)) {
    it(`name the ranges that are checked, in ${language}`, () => {
      let compared = 0;
      for (const [type, properties] of Object.entries(LIMITS)) {
        const catalogue = JSON.parse(
          fs.readFileSync(path.join(locales, language, `${type}.json`), 'utf8'),
        )[type];
        const html = fs.readFileSync(path.join(repositoryRoot, 'nodes', `${type}.html`), 'utf8');
        for (const [, field = '', key = field] of html.matchAll(ROW)) {
          const limit = properties[field] as NumberLimits | undefined;
          if (limit?.min === undefined) continue;
          const hint: string = catalogue.hint[kebab(key)];
          const [, min, max] = /([\d.]+) (?:to|bis) ([\d.]+\d)/.exec(hint) ?? [];
          if (min === undefined) continue;
          assert.deepEqual([Number(min), Number(max)], [limit.min, limit.max], hint);
          compared += 1;
        }
        // these take them from the same place as the check
        for (const problem of Object.values<string>(catalogue.problem ?? {})) {
          assert.doesNotMatch(problem, /\d+ (?:to|bis) \d+/);
        }
      }
      assert.ok(compared >= 7, `only ${compared} hints name a range`);
    });
  }

  const ROW = /<invers-row field="(\w+)"(?: key="([\w-]+)")?/g;

  function kebab(property: string): string {
    return property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  }
});
