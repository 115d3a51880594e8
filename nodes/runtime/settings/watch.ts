/** What an invers-watch stores, and the watch that follows from it. */
import type { NodeDef } from 'node-red';
import type { Watch } from '../../../src/vehicle/watch/watch';
import { readWatch, type WatchProblem } from '../../../src/vehicle/watch/watch-settings';
import { WATCH } from '../../settings/limits';
import { ConfigError, flag, numberOf, optionalText, requiredText } from './values';
import { CHOOSE_STORE } from './vehicle-state';

export interface WatchConfig extends NodeDef {
  readonly store?: string;
  readonly conditions?: readonly Readonly<Record<string, unknown>>[];
  readonly holdFor?: string | number;
  readonly repeat?: string | number;
  readonly clearOutput?: boolean | string;
}

export interface WatchNodeSettings {
  /** id of an invers-store */
  readonly store: string;
  /** What the alert is called. */
  readonly name: string;
  readonly watch: Watch;
  /** An output for what is over. */
  readonly clearOutput: boolean;
}

/** Throws a ConfigError that names the field. */
export function watchSettings(config: WatchConfig): WatchNodeSettings {
  const store = requiredText('Remember in', config.store, CHOOSE_STORE);
  const conditions = (config.conditions ?? []).map((condition, index) => {
    const text = (name: 'property' | 'operator' | 'value' | 'clear') =>
      optionalText(`Condition ${index + 1}, ${name}`, condition[name]);
    return {
      property: text('property'),
      operator: text('operator') || 'lt',
      value: text('value'),
      clear: text('clear'),
    };
  });
  const holdFor = numberOf('Must hold for', config.holdFor, WATCH.holdFor);
  const repeat = numberOf('Say again after', config.repeat, WATCH.repeat);
  const result = readWatch({ conditions, holdFor, repeat });
  if ('problems' in result) throw new ConfigError(result.problems.map(sentence).join(' '));
  return {
    store,
    name: optionalText('Name', config.name) || 'watch',
    watch: result.watch,
    clearOutput: flag('One more output', config.clearOutput, true),
  };
}

function sentence({ problem, condition }: WatchProblem): string {
  return condition === undefined ? problem : `Condition ${condition + 1}: ${problem}`;
}
