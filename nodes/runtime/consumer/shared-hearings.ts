/** When the vehicles of each consumer could be heard, over deploys and restarts; one place for all nodes of a runtime. */
import type { NodeAPI } from 'node-red';
import { ConsumerHearing } from '../../../src/hearing/consumer-hearing';
import { type Clock, systemClock } from '../../../src/time/clock';
import { warn } from '../status/say';
import { HearingFile } from './hearing-file';

export class Hearings {
  readonly #known = new Map<
    string,
    { readonly hearing: ConsumerHearing; readonly file: HearingFile }
  >();

  constructor(
    private readonly RED: Pick<NodeAPI, 'log' | 'settings'>,
    private readonly clock: Clock = systemClock,
  ) {}

  /** By the id of the consumer. */
  of(consumer: string): ConsumerHearing {
    const known = this.#known.get(consumer);
    if (known) return known.hearing;
    const { log, settings } = this.RED;
    const file = new HearingFile(settings.userDir ?? '.', consumer, (text) => warn(log, text));
    const hearing = new ConsumerHearing(this.clock, file);
    this.#known.set(consumer, { hearing, file });
    return hearing;
  }

  /** Undefined where it never had a topic here. */
  find(consumer: string): ConsumerHearing | undefined {
    return this.#known.get(consumer)?.hearing;
  }

  /** Those that have, or had, a topic here. */
  consumers(): string[] {
    return [...this.#known.keys()];
  }

  /** The consumer is gone for good. */
  forget(consumer: string): void {
    this.#known.get(consumer)?.file.remove();
    this.#known.delete(consumer);
  }
}

const hearings = new WeakMap<object, Hearings>();

/** One for all nodes of a runtime, each of whose node types has a `RED` of its own. */
export function sharedHearings(RED: NodeAPI): Hearings {
  const shared = hearings.get(RED.events) ?? new Hearings(RED);
  hearings.set(RED.events, shared);
  return shared;
}
