/** What a topic keeps about suspects, as a process that was killed leaves it behind. */
import type { RunningMark, Suspect, SuspectStorage } from '../../src/delivery/attempts/suspects';

export class SuspectsDisk implements SuspectStorage {
  mark: RunningMark | 'orderly end' | undefined;
  suspects: ReadonlyMap<string, Suspect> = new Map();
  /** How often something was written, in order. */
  readonly writes: ('mark' | 'suspects')[] = [];

  loadMark(): RunningMark | 'orderly end' | undefined {
    return this.mark;
  }

  saveMark(mark: RunningMark | 'orderly end'): void {
    this.mark = mark;
    this.writes.push('mark');
  }

  load(): ReadonlyMap<string, Suspect> {
    return this.suspects;
  }

  save(suspects: ReadonlyMap<string, Suspect>): void {
    this.suspects = new Map(suspects);
    this.writes.push('suspects');
  }
}
