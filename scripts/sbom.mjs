/** Writes what the package is made of at run time, as a CycloneDX list, where `npm pack` finds it: dist/sbom.cdx.json. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { isMain, main, root } from './lib/run.mjs';

export async function writeSbom() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sbom-'));
  try {
    const manifest = withoutDevelopment(read('package.json'));
    const lock = read('package-lock.json');
    const packages = Object.entries(lock.packages).filter(
      ([, { dev, devOptional }]) => !dev && !devOptional,
    );
    write(folder, 'package.json', manifest);
    write(folder, 'package-lock.json', {
      ...lock,
      packages: { ...Object.fromEntries(packages), '': withoutDevelopment(lock.packages['']) },
    });
    // `--omit=dev` would leave out ajv, which a tool for development needs as well
    const command = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
    const { stdout } = await promisify(execFile)('npm', command, { cwd: folder });
    const bill = JSON.parse(stdout);
    // npm takes the folder's name for the package's
    bill.metadata.component.name = manifest.name;
    mkdirSync(path.join(root, 'dist'), { recursive: true });
    write(path.join(root, 'dist'), 'sbom.cdx.json', bill);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

function write(folder, file, content) {
  writeFileSync(path.join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
}

function withoutDevelopment({ devDependencies: _tools, overrides: _overrides, ...rest }) {
  return rest;
}

if (isMain(import.meta)) await main(writeSbom);
