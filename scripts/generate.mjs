/**
 * Makes from the catalogue of events what follows from it: schemas, types, tables in docs/, lists in the help;
 * and from the source files the list of them in docs/.
 *
 *   --check   only says what is out of date
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadCatalogue } from './generate/catalogue.mjs';
import { makeHelp, makeSections } from './generate/documents.mjs';
import { makeFileList } from './generate/files.mjs';
import { makeSchemas } from './generate/schemas.mjs';
import { makeTypes } from './generate/types.mjs';
import { isMain, main, root, StepError } from './lib/run.mjs';

const schemaFolder = 'src/events/schemas';

/** Throws where a file differs from what would be made now. */
export async function checkGenerated() {
  const made = await makeAll();
  const stale = [...made].flatMap(([file, text]) => (read(file) === text ? [] : [file]));
  stale.push(...surplus(made));
  if (stale.length > 0) {
    throw new StepError(`Out of date; run “npm run generate”:\n  ${stale.join('\n  ')}`);
  }
}

async function generate() {
  const made = await makeAll();
  for (const [file, text] of made) {
    if (read(file) !== text) writeFileSync(path.join(root, file), text);
  }
  for (const file of surplus(made)) rmSync(path.join(root, file));
}

/** File → its text. */
async function makeAll() {
  const catalogue = await loadCatalogue();
  const schemas = makeSchemas(catalogue);
  const files = new Map();
  for (const [name, schema] of schemas) {
    files.set(`${schemaFolder}/${name}.schema.json`, `${asciiJson(schema)}\n`);
  }
  files.set('src/events/event-types.generated.ts', await makeTypes(catalogue, schemas));
  files.set('docs/events.md', withSections(read('docs/events.md'), makeSections(catalogue)));
  const help = new Map([['event types', makeHelp(catalogue)]]);
  for (const language of readdirSync(path.join(root, 'nodes/locales'))) {
    const file = `nodes/locales/${language}/invers-event-filter.html`;
    if (existsSync(path.join(root, file))) files.set(file, withSections(read(file), help));
  }
  const list = 'docs/architecture/files.md';
  files.set(list, withSections(read(list), new Map([['files', makeFileList()]]), 'source files'));
  return files;
}

function read(file) {
  return existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '';
}

/** Schemas of types that the catalogue no longer has. */
function surplus(made) {
  return readdirSync(path.join(root, schemaFolder))
    .map((name) => `${schemaFolder}/${name}`)
    .filter((file) => !made.has(file));
}

/** Puts each section between `<!-- made from the <source>: <name> -->` and `<!-- end of <name> -->`. */
function withSections(text, sections, source = 'catalogue') {
  let result = text;
  for (const [name, content] of sections) {
    const [begin, end] = [`<!-- made from the ${source}: ${name} -->`, `<!-- end of ${name} -->`];
    const from = result.indexOf(begin);
    const to = result.indexOf(end);
    if (from < 0 || to < from) throw new StepError(`There is no place for “${begin}”.`);
    const gap = content.startsWith('<') ? '\n' : '\n\n';
    result = result.slice(0, from + begin.length) + gap + content + gap + result.slice(to);
  }
  return result;
}

/** Schemas are read by many programs: anything but ASCII is escaped. */
function asciiJson(value) {
  return JSON.stringify(value, null, 2).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

if (isMain(import.meta)) await main(process.argv.includes('--check') ? checkGenerated : generate);
