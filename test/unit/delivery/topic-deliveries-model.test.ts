/** Any course of events against a simple model: each delivery ends exactly once and leaves nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Outcome } from '../../../src/delivery/outcome';
import { effort } from '../../support/effort';
import { turn } from '../../support/moved-clock';
import { createParticipant, createTopic, SWEEP } from '../../support/topic-world';

/** Milliseconds, as in the code: how long a lost flow may still finish, and what a deploy cut off rests. */
const GRACE = 5_000;
const REST = 1_000;
const DEADLINE = 2_000;
/** Milliseconds after each attempt, which is not the last one. */
const DELAYS = [5_000, 10_000];

type Ending = 'acknowledge' | 'discard' | 'requeue' | 'finished after the loss' | 'lost';
type State =
  | { readonly name: 'waiting' | 'flow' | 'output-2' | 'held' | 'lost'; readonly until: number }
  | { readonly name: 'ended'; readonly ending: Ending };

interface Modelled {
  readonly attempt: number;
  readonly lane: string | undefined;
  state: State;
}

type Step =
  | {
      readonly do: 'arrive';
      readonly failedBefore: number;
      readonly lane: string | undefined;
    }
  | { readonly do: 'decide' | 'flow ends'; readonly which: number; readonly kind: Outcome['kind'] }
  | { readonly do: 'lose' | 'drain' | 'resume' | 'abandon' }
  | { readonly do: 'pass'; readonly time: number };

const kind = fc.constantFrom<Outcome['kind']>('acknowledge', 'discard', 'fail', 'cut-off');
const which = fc.nat(20);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('arrive' as const),
        failedBefore: fc.nat(2),
        lane: fc.constantFrom(undefined, 'a', 'b'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('decide' as const), which, kind }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('flow ends' as const), which, kind }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('lose', 'drain', 'resume', 'abandon') }),
    },
    {
      weight: 3,
      // whole sweeps, so that it is certain what one has seen
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        time: fc.integer({ min: 1, max: 12 }).map((sweeps) => sweeps * SWEEP),
      }),
    },
  ),
  { maxLength: 40 },
);

/** What should be: a list of deliveries, each in one of six states. */
class Model {
  readonly deliveries: Modelled[] = [];
  #now = 0;
  #isDraining = false;

  arrive(failedBefore: number, lane: string | undefined): void {
    const state: State = { name: 'waiting', until: Number.POSITIVE_INFINITY };
    this.deliveries.push({ attempt: failedBefore + 1, lane, state });
    this.#setOut();
  }

  decide(of: number, decided: Outcome['kind']): string | undefined {
    const delivery = this.deliveries[of];
    if (!delivery) return 'unknown';
    const { state } = delivery;
    if (state.name === 'ended') {
      return state.ending === 'lost' || state.ending === 'finished after the loss'
        ? 'lost'
        : 'already-decided';
    }
    if (state.name === 'held' || state.name === 'waiting') return 'already-decided';
    if (state.name === 'lost') {
      const isDone = decided === 'acknowledge' || decided === 'discard';
      delivery.state = ended(isDone ? 'finished after the loss' : 'lost');
      return 'lost';
    }
    if (decided === 'cut-off') this.#hold(delivery, REST);
    else if (decided !== 'fail') delivery.state = ended(decided);
    else if (state.name === 'flow') this.#fail(delivery);
    else this.#hold(delivery, 5_000 * 2 ** (delivery.attempt - 1));
    this.#setOut();
    return undefined;
  }

  flowEnds(of: number, decided: Outcome['kind']): void {
    const isAtOutput2 = this.deliveries[of]?.state.name === 'output-2';
    this.decide(of, isAtOutput2 && decided === 'fail' ? 'acknowledge' : decided);
  }

  lose(): void {
    for (const delivery of this.underWay()) {
      const inTheFlow = delivery.state.name === 'flow';
      delivery.state = inTheFlow ? { name: 'lost', until: this.#now + GRACE } : ended('lost');
    }
  }

  abandon(): void {
    for (const delivery of this.deliveries) {
      if (delivery.state.name === 'lost') delivery.state = ended('lost');
    }
  }

  drain(): void {
    this.#isDraining = true;
    for (const delivery of this.deliveries) {
      const { name } = delivery.state;
      if (name === 'held' || name === 'waiting') delivery.state = ended('requeue');
    }
  }

  resume(): void {
    this.#isDraining = false;
  }

  /** One sweep's length: what is due then ends its phase, and only that phase. */
  sweep(): void {
    this.#now += SWEEP;
    for (const delivery of this.deliveries) {
      const { state } = delivery;
      if (state.name === 'ended' || state.until > this.#now) continue;
      if (state.name === 'flow') this.#fail(delivery);
      else if (state.name === 'held') delivery.state = ended('requeue');
      else delivery.state = ended(state.name === 'lost' ? 'lost' : 'acknowledge');
      this.#setOut();
    }
  }

  underWay(): Modelled[] {
    return this.deliveries.filter(({ state }) => state.name !== 'ended' && state.name !== 'lost');
  }

  /** Whoever waits for nobody: no delivery of its lane is in the flow. */
  #setOut(): void {
    for (const delivery of this.deliveries) {
      if (delivery.state.name !== 'waiting') continue;
      const ahead = this.deliveries.some(
        ({ lane, state: { name } }) =>
          lane !== undefined && lane === delivery.lane && (name === 'flow' || name === 'output-2'),
      );
      if (!ahead) delivery.state = { name: 'flow', until: this.#now + DEADLINE };
    }
  }

  #fail(delivery: Modelled): void {
    const delay = DELAYS[delivery.attempt - 1];
    if (delay !== undefined) this.#hold(delivery, delay);
    else delivery.state = { name: 'output-2', until: this.#now + DEADLINE };
  }

  #hold(delivery: Modelled, delay: number): void {
    if (this.#isDraining) delivery.state = ended('requeue');
    else delivery.state = { name: 'held', until: this.#now + delay };
  }
}

function ended(ending: Ending): State {
  return { name: 'ended', ending };
}

/** What whoever enlisted hears of it. */
function toldOf(ending: Ending): 'commit' | 'undo' {
  return ending === 'requeue' || ending === 'lost' ? 'undo' : 'commit';
}

describe('deliveries, whatever happens in whatever order', () => {
  it('end exactly once, as the model says, and leave no timer behind', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const topic = createTopic({ deadline: DEADLINE });
        const { clock, deliveries } = topic;
        const model = new Model();
        const told: string[][] = [];

        const arrive = (failedBefore: number, lane: string | undefined) => {
          const participant = createParticipant();
          const id = String(told.push(participant.told) - 1);
          for (let n = 0; n < failedBefore; n++) topic.attempts.failed(id);
          topic.arrive(id, id, lane);
          topic.consumer.enlist(id, participant.participant);
          model.arrive(failedBefore, lane);
        };
        const pass = async (time: number) => {
          for (let passed = 0; passed < time; passed += SWEEP) {
            await clock.pass(SWEEP);
            model.sweep();
          }
        };
        for (const step of course) {
          if (step.do === 'arrive') arrive(step.failedBefore, step.lane);
          else if (step.do === 'pass') await pass(step.time);
          else if (step.do === 'decide') {
            const late = deliveries.decide(String(step.which), outcomeOf(step.kind));
            assert.equal(late, model.decide(step.which, step.kind));
          } else if (step.do === 'flow ends') {
            deliveries.flowEnded(String(step.which), outcomeOf(step.kind));
            model.flowEnds(step.which, step.kind);
          } else {
            deliveries[step.do]();
            model[step.do]();
          }
          assert.equal(deliveries.size, model.underWay().length);
        }
        const idle = deliveries.idle();
        await pass(120_000);
        await idle;
        await turn();
        assert.equal(clock.pending, 0);
        const endings = model.deliveries.map(({ state }) =>
          state.name === 'ended' ? state.ending : assert.fail(`still ${state.name}`),
        );
        assert.deepEqual(
          told,
          endings.map((ending) => [toldOf(ending)]),
        );
        const answered = ['acknowledge', 'discard', 'requeue'];
        assert.deepEqual(
          topic.verdicts.toSorted(),
          endings
            .flatMap((ending, id) => (answered.includes(ending) ? [`${id}: ${ending}`] : []))
            .toSorted(),
        );
      }),
      { numRuns: effort(200) },
    );
  });
});

function outcomeOf(decided: Outcome['kind']): Outcome {
  return decided === 'fail' ? { kind: decided, reason: 'failed' } : { kind: decided };
}
