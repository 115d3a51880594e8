/** The package as npm would publish it: packed from the repository as it was built, and unpacked to be looked at. */

import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../support/node-red-home';

const run = promisify(execFile);

export class Packed {
  private constructor(
    private readonly temporary: string,
    /** The .tgz file. */
    readonly tarball: string,
    /** The package's own root, unpacked. */
    readonly root: string,
    /** Every file in it, relative to the root, with slashes. */
    readonly files: readonly string[],
  ) {}

  /** Without scripts, but for the list of what it is made of: `prepack` would build anew what is to be tested as it is. */
  static async make(): Promise<Packed> {
    const temporary = await fs.mkdtemp(path.join(os.tmpdir(), 'invers-package-'));
    try {
      await run(process.execPath, [path.join('scripts', 'sbom.mjs')], { cwd: repositoryRoot });
      await run('npm', ['pack', '--ignore-scripts', '--pack-destination', temporary], {
        cwd: repositoryRoot,
      });
      const [tarball = '', ...others] = await fs.readdir(temporary);
      if (others.length > 0) throw new Error(`npm pack made more than one file: ${others}`);
      await run('tar', ['-xzf', tarball], { cwd: temporary });
      const root = path.join(temporary, 'package');
      return new Packed(temporary, path.join(temporary, tarball), root, await filesIn(root));
    } catch (error) {
      await fs.rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  read(file: string): Promise<string> {
    return fs.readFile(path.join(this.root, file), 'utf8');
  }

  async dispose(): Promise<void> {
    await fs.rm(this.temporary, { recursive: true, force: true });
  }
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await fs.readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}
