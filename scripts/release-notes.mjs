/** Prints what CHANGELOG.md says of a version: `release-notes.mjs v1.2.3`. Fails where tag, package and changelog differ. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { main, root, StepError } from './lib/run.mjs';

const read = (file) => readFileSync(path.join(root, file), 'utf8');

await main(async () => {
  const [tag = ''] = process.argv.slice(2);
  const { version } = JSON.parse(read('package.json'));
  if (tag !== `v${version}`) {
    throw new StepError(
      `The tag is “${tag}”, but package.json says ${version}: it has to be v${version}.`,
    );
  }
  const sections = read('CHANGELOG.md').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`[${version}] - `));
  if (section === undefined) {
    throw new StepError(`CHANGELOG.md has no section “## [${version}] - <date>”.`);
  }
  const notes = section.slice(section.indexOf('\n')).trim();
  if (notes === '') throw new StepError(`CHANGELOG.md says nothing of ${version}.`);
  console.log(notes);
});
