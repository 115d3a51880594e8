/** Measures what vehicles cost, in a process of its own, and prints the figures as JSON: `process.js <what> <backend> <how much>`. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { measureFlatness, measurePasses } from './passes';
import { measureStore } from './stored';

async function main(): Promise<void> {
  const [what = '', backend = '', amount] = process.argv.slice(2);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-vehicles-'));
  try {
    const place = { backend, directory };
    if (what === 'store') console.log(JSON.stringify(measureStore(directory, Number(amount))));
    else if (what === 'flatness') {
      console.log(JSON.stringify(await measureFlatness(place, Number(amount))));
    } else if (what === 'state' || what === 'watch') {
      console.log(JSON.stringify(await measurePasses(what, place, Number(amount))));
    } else throw new Error(`“${what}” cannot be measured.`);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
