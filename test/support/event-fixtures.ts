/** Events in files: for each known type valid ones, compatible changes of them, odd ones, and those nobody can use; a file's name is its case. */
import fs from 'node:fs';
import path from 'node:path';
import { EVENT_TYPE_NAMES } from '../../src/events/catalogue';
import type { TestEvent } from './events';
import { repositoryRoot } from './node-red-home';

export type FixtureKind = 'valid' | 'compatible' | 'odd' | 'invalid';

export interface Fixture<Content> {
  readonly type: string;
  /** As the file is called, with spaces. */
  readonly title: string;
  readonly content: Content;
}

/** What is in a file under `odd`. */
export interface OddEvent {
  /** The expected path of its one problem. */
  readonly path: string;
  readonly event: TestEvent;
}

/** What is in a file under `invalid`. */
export interface BrokenEvent {
  /** The expected `msg.error.code`. */
  readonly code: string;
  /** The expected `msg.error.details.path`. */
  readonly path: string;
  readonly event: unknown;
}

export function fixtures(kind: 'valid' | 'compatible'): Fixture<TestEvent>[];
export function fixtures(kind: 'odd'): Fixture<OddEvent>[];
export function fixtures(kind: 'invalid'): Fixture<BrokenEvent>[];
export function fixtures(kind: FixtureKind): Fixture<unknown>[] {
  return EVENT_TYPE_NAMES.flatMap((type) => {
    const folder = path.join(repositoryRoot, 'test/fixtures/events', type, kind);
    return fs.readdirSync(folder).map((file) => ({
      type,
      title: file.replace('.json', '').replaceAll('-', ' '),
      content: JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')),
    }));
  });
}
