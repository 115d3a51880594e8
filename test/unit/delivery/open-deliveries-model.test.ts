/** Any course of events against a simple model: each delivery ends exactly once and leaves nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Ending, OpenDeliveries, type Outcome } from '../../../src/delivery/open-deliveries';
import { MovedClock, turn } from '../../support/moved-clock';

/** Milliseconds that a failed delivery is held here. */
const HOLD = 700;
/** Milliseconds that a lost delivery's flow may still finish. */
const GRACE = 5_000;

type State =
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'held'; readonly until: number }
  | { readonly name: 'lost'; readonly until: number }
  | { readonly name: 'ended'; readonly ending: Ending };

interface Modelled {
  readonly group: number;
  state: State;
}

type Step =
  | { readonly do: 'open'; readonly group: number; readonly deadline: number }
  | { readonly do: 'decide'; readonly which: number; readonly kind: Outcome['kind'] }
  | { readonly do: 'lose' | 'give back'; readonly group: number }
  | { readonly do: 'pass'; readonly time: number };

const group = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('open' as const),
        group,
        deadline: fc.integer({ min: 1, max: 2_000 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('decide' as const),
        which: fc.nat(30),
        kind: fc.constantFrom<Outcome['kind']>('acknowledge', 'discard', 'fail', 'return'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'give back' as const), group }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('pass' as const), time: fc.nat(1_000) }),
    },
  ),
  { maxLength: 40 },
);

/** What should be: a list of deliveries, each in one of four states. */
class Model {
  readonly deliveries: Modelled[] = [];
  #now = 0;

  open(of: number, deadline: number): void {
    this.deliveries.push({ group: of, state: { name: 'open', until: this.#now + deadline } });
  }

  decide(which: number, kind: Outcome['kind']): string {
    const delivery = this.deliveries[which];
    if (!delivery) return 'unknown';
    const { state } = delivery;
    if (state.name === 'ended') return isLost(state.ending) ? 'lost' : 'decided';
    if (state.name === 'lost') {
      delivery.state = ended(isHeld(kind) ? 'lost' : 'finished');
      return 'lost';
    }
    if (state.name === 'held') return 'decided';
    if (isHeld(kind)) delivery.state = { name: 'held', until: this.#now + HOLD };
    else delivery.state = ended(kind === 'acknowledge' ? 'acknowledged' : 'discarded');
    return 'done';
  }

  lose(of: number): void {
    for (const delivery of this.#underWay(of)) {
      const isDecided = delivery.state.name === 'held';
      delivery.state = isDecided ? ended('lost') : { name: 'lost', until: this.#now + GRACE };
    }
  }

  giveBack(of: number): void {
    for (const delivery of this.#underWay(of)) {
      if (delivery.state.name === 'held') delivery.state = ended('returned');
    }
  }

  pass(time: number): void {
    this.#now += time;
    for (const delivery of this.deliveries) {
      const { state } = delivery;
      if (state.name === 'open' && state.until <= this.#now) {
        delivery.state = { name: 'held', until: state.until + HOLD };
      }
      if (delivery.state.name === 'held' && delivery.state.until <= this.#now) {
        delivery.state = ended('returned');
      }
      if (state.name === 'lost' && state.until <= this.#now) delivery.state = ended('lost');
    }
  }

  count(of: number): number {
    return this.#underWay(of).length;
  }

  oldest(of: number): string | undefined {
    const [first] = this.#underWay(of);
    return first && String(this.deliveries.indexOf(first));
  }

  #underWay(of: number): Modelled[] {
    return this.deliveries.filter(
      ({ group, state }) => group === of && (state.name === 'open' || state.name === 'held'),
    );
  }
}

function ended(ending: Ending): State {
  return { name: 'ended', ending };
}

function isLost(ending: Ending): boolean {
  return ending === 'lost' || ending === 'finished';
}

function isHeld(kind: Outcome['kind']): boolean {
  return kind === 'fail' || kind === 'return';
}

/** Does with a delivery what its outcome asks for. */
async function seeThrough(deliveries: OpenDeliveries, id: string, decided: Promise<Outcome>) {
  const { kind } = await decided;
  if (isHeld(kind)) await deliveries.hold(id, HOLD);
  const endings = {
    acknowledge: 'acknowledged',
    discard: 'discarded',
    fail: 'returned',
    return: 'returned',
  } as const;
  deliveries.end(id, endings[kind]);
}

describe('deliveries, whatever happens in whatever order', () => {
  it('end exactly once, as the model says, and leave no timer behind', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const clock = new MovedClock();
        const deliveries = new OpenDeliveries(clock);
        const model = new Model();
        const groups = [{}, {}] as const;
        const groupOf = (index: number) => groups[index === 0 ? 0 : 1];
        const endings: Ending[][] = [];

        const open = (of: number, deadline: number) => {
          const heard: Ending[] = [];
          const id = String(endings.push(heard) - 1);
          const { outcome } = deliveries.open(id, groupOf(of), deadline, () => 'too slow');
          deliveries.watch(id, (ending) => heard.push(ending));
          void seeThrough(deliveries, id, outcome);
          model.open(of, deadline);
        };
        const take = async (step: Step) => {
          if (step.do === 'open') open(step.group, step.deadline);
          if (step.do === 'decide') {
            const { which, kind } = step;
            const outcome: Outcome = kind === 'fail' ? { kind, reason: 'failed' } : { kind };
            const decision = deliveries.decide(String(which), outcome);
            assert.equal(decision, model.decide(which, kind));
          }
          if (step.do === 'lose') {
            deliveries.lose(groupOf(step.group), () => undefined);
            model.lose(step.group);
          }
          if (step.do === 'give back') {
            deliveries.giveBack(groupOf(step.group));
            model.giveBack(step.group);
          }
          if (step.do === 'pass') {
            await clock.pass(step.time);
            model.pass(step.time);
          }
          await turn();
        };

        for (const step of course) {
          await take(step);
          for (const of of [0, 1]) {
            assert.equal(deliveries.count(groupOf(of)), model.count(of));
            assert.equal(deliveries.oldest(groupOf(of))?.id, model.oldest(of));
          }
        }
        const idle = Promise.all(groups.map((of) => deliveries.idle(of)));
        await take({ do: 'pass', time: 10_000 });
        await idle;
        const expected = model.deliveries.map(({ state }) => {
          return state.name === 'ended' ? [state.ending] : [];
        });
        assert.deepEqual(endings, expected);
        assert.equal(clock.pending, 0);
      }),
      { numRuns: 200 },
    );
  });
});
