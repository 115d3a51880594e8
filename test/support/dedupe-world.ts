/** A broker, processes and flows in miniature, around the dedupe: who delivers what, and what came of it. */
import assert from 'node:assert/strict';
import { Dedupe, type DedupeResult, type DeliveryOfEvent } from '../../src/memory/dedupe';
import type { KeyStore } from '../../src/memory/key-store';
import { type MovedClock, turn } from './moved-clock';

/** Milliseconds, all of them. */
export const DEADLINE = 10_000;
export const WINDOW = 60_000;

interface Delivery {
  readonly id: string;
  readonly key: string;
  readonly process: number;
  readonly since: number;
  readonly participants: Parameters<DeliveryOfEvent['enlist']>[0][];
  state: 'deciding' | 'in the flow' | 'ended';
  cancelDeadline: () => void;
}

/** A successful end of the flow. */
interface Success {
  readonly key: string;
  readonly arrivedAt: number;
  readonly at: number;
}

export class World {
  /** Events that the broker holds. */
  readonly queue: string[] = [];
  readonly successes: Success[] = [];
  readonly #deliveries = new Set<Delivery>();
  readonly #processes: { dedupe: Dedupe; asker: object }[] = [];
  #published = new Set<string>();
  #ids = 0;
  /** What was wrong with a decision that nobody waited for. */
  #failure: unknown;

  constructor(
    private readonly clock: MovedClock,
    processes: number,
    /** Called for each process, and again when it starts after a crash. */
    private readonly openStore: () => KeyStore,
    /** How often the successes of a key may have been forgotten up to now. */
    private readonly mayForget: () => number = () => 0,
  ) {
    for (let index = 0; index < processes; index++) this.#start(index);
  }

  publish(key: string): void {
    this.#published.add(key);
    this.queue.push(key);
  }

  /** The broker hands the next event to a process. */
  async deliver(process: number): Promise<void> {
    const key = this.queue.shift();
    if (key === undefined) return;
    const delivery: Delivery = {
      id: `d${this.#ids++}`,
      key,
      process: process % this.#processes.length,
      since: this.clock.now(),
      participants: [],
      state: 'deciding',
      cancelDeadline: this.clock.after(DEADLINE, () => this.#end(delivery, false)),
    };
    this.#deliveries.add(delivery);
    this.#decide(delivery).catch((error: unknown) => {
      this.#failure ??= error;
    });
    await turn();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The flow finishes with one of the events it has, in good or in bad. */
  async finish(which: number, isDone: boolean): Promise<void> {
    const inTheFlow = [...this.#deliveries].filter(({ state }) => state === 'in the flow');
    const delivery = inTheFlow[which % Math.max(1, inTheFlow.length)];
    if (!delivery) return;
    if (isDone) this.#succeed(delivery);
    this.#end(delivery, isDone);
    await turn();
  }

  /** Nothing of the process goes on; the broker gives out again what it had. */
  async crash(process: number): Promise<void> {
    const index = process % this.#processes.length;
    for (const delivery of this.#deliveries) {
      if (delivery.process !== index) continue;
      // the process cannot tell its store any more
      delivery.participants.length = 0;
      this.#end(delivery, false);
    }
    this.#start(index);
    await turn();
  }

  /** Everything that can succeed does; then each event must have, at least once. */
  async settle(): Promise<void> {
    for (let round = 0; this.queue.length > 0 || this.#deliveries.size > 0; round++) {
      assert.ok(round < 200, `still waiting: ${JSON.stringify([...this.#deliveries])}`);
      while (this.queue.length > 0) await this.deliver(round);
      for (const { state } of [...this.#deliveries]) {
        if (state === 'in the flow') await this.finish(0, true);
      }
      await this.clock.pass(1_000);
      if (this.#failure !== undefined) throw this.#failure;
    }
    const lost = [...this.#published].filter((key) => !this.successes.some((s) => s.key === key));
    assert.deepEqual(lost, []);
  }

  #start(index: number): void {
    const dedupe = new Dedupe(this.openStore(), this.clock);
    dedupe.join(WINDOW);
    this.#processes[index] = { dedupe, asker: {} };
  }

  async #decide(delivery: Delivery): Promise<void> {
    const { key, id, process } = delivery;
    const { dedupe, asker } = this.#processes[process] ?? assert.fail();
    let answer = await dedupe.admit({
      key,
      owner: id,
      asker,
      window: WINDOW,
      delivery: {
        deadline: () => delivery.since + DEADLINE,
        enlist: (participant) => {
          if (delivery.state === 'ended') return 'requeued';
          delivery.participants.push(participant);
          return 'enlisted';
        },
      },
    });
    if (typeof answer === 'object' && 'later' in answer) answer = await answer.later;
    // a crash, or the deadline, was quicker
    if (delivery.state === 'ended') return;
    this.#apply(delivery, answer);
  }

  #apply(delivery: Delivery, answer: DedupeResult): void {
    if (typeof answer === 'object') {
      // Never lost: what is dropped as a duplicate has come to the end of a flow before.
      const first = this.successes.findLast(({ key }) => key === delivery.key);
      assert.ok(first, `${delivery.key} was dropped, but never finished`);
      assert.ok(this.clock.now() - first.at <= WINDOW, `${delivery.key} was remembered too long`);
      this.#end(delivery, true);
    } else if (answer === 'requeued' || answer === 'cancelled') {
      assert.fail(`an event that is on its way was ${answer}`);
    } else {
      delivery.state = 'in the flow';
    }
  }

  #succeed({ key, since }: Delivery): void {
    const before = this.successes.filter(
      // what is forgotten is counted from when the first one was reserved
      (other) => other.key === key && since - other.at <= WINDOW - DEADLINE,
    );
    const allowed = this.mayForget();
    assert.ok(before.length <= allowed, `${key} came to the end ${before.length + 1} times`);
    this.successes.push({ key, arrivedAt: since, at: this.clock.now() });
  }

  #end(delivery: Delivery, isDone: boolean): void {
    if (delivery.state === 'ended') return;
    delivery.state = 'ended';
    delivery.cancelDeadline();
    this.#deliveries.delete(delivery);
    if (!isDone) this.queue.push(delivery.key);
    for (const participant of delivery.participants) {
      if (isDone) void participant.commit();
      else participant.undo();
    }
  }
}
