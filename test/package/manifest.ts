/** What package.json and package-lock.json say, and Node-RED's own judgement of version ranges. */

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { repositoryRoot, requireFromNodeRed } from '../support/node-red-home';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly repository?: { readonly url: string };
  readonly bugs?: { readonly url: string };
  readonly engines?: { readonly node?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly 'node-red': {
    readonly version?: string;
    /** node type → the file that registers it */
    readonly nodes: Readonly<Record<string, string>>;
  };
}

/** A package in package-lock.json. */
export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export const manifest = readJson<Manifest>('package.json');

/** Every package of the lock file by its place in node_modules; the repository itself is ''. */
export const locked = readJson<{ packages: Readonly<Record<string, LockedPackage>> }>(
  'package-lock.json',
).packages;

/** Of the repository, unless another root is named. */
export function readJson<T>(file: string, root = repositoryRoot): T {
  return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')) as T;
}

/** Whether a range admits a version, by the very library with which Node-RED decides to load a module. */
export const admits: (range: string, version: string) => boolean = (() => {
  const registry = requireFromNodeRed().resolve('@node-red/registry/package.json');
  const semver = createRequire(registry)('semver') as Semver;
  return (range, version) => semver.satisfies(version, range);
})();

interface Semver {
  satisfies(version: string, range: string): boolean;
}
