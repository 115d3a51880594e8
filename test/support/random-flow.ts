/**
 * Flows as chance has them: steps from a kit of core nodes in any order, as users wire them. A message says in
 * `payload.ids` which events it stands for, because some steps send objects that have nothing else of the event.
 */
import fc from 'fast-check';
import { type Between, delay, JOIN_AUTO, type Route, SPLIT, switchOn } from './core-node-routes';
import { catchNode, type FlowNode, functionNode, node } from './flow';

/** What a step needs to know besides its place: a number from 0 to 9 that is its own. */
type Step = (chance: number) => Route;

const code = (text: string) => (last: FlowNode) => functionNode(text, [last]);
const step =
  (create: (last: FlowNode) => FlowNode): Step =>
  () =>
  (last) => {
    const only = create(last);
    return { first: [only], others: [only] };
  };

/** One message of all that a Join has put into an array. */
const together = code(
  'const all = [msg.payload].flat(); msg.payload = { ids: [...new Set(all.flatMap(({ ids }) => ids))] }; return msg;',
);
const three = code('msg.payload = [msg.payload, msg.payload, msg.payload]; return msg;');
const slow = (chance: number) =>
  code(`setTimeout(() => { node.send(msg); node.done(); }, ${1 + 3 * chance});`);

/** What is put between a Split and its Join. */
const INNER: readonly ((last: FlowNode) => FlowNode)[] = [
  code('return msg;'),
  slow(5),
  (last) => delay('5', 'milliseconds', [last]),
  (last) => node('switch', switchOn([{ t: 'else' }]), [last]),
  (last) => node('switch', { ...switchOn([{ t: 'else' }]), repair: true }, [last]),
  (last) => node('switch', onDisk, [last]),
];
const onDisk = { ...switchOn([{ t: 'else' }], '#:(disk)::missing'), propertyType: 'flow' };

/** Several messages of one or of many events, and a Join that makes one of them. */
const joined =
  (first: (next: FlowNode) => FlowNode[]): Step =>
  (chance) =>
  (last) => {
    const one = together(last);
    const join = node('join', { ...JOIN_AUTO, build: 'array' }, [one]);
    const inner = (INNER[chance % INNER.length] ?? code('return msg;'))(join);
    const before = first(inner);
    return { first: before.slice(0, 1), others: [...before, inner, join, one] };
  };

const custom = (count: number, timeout: string): Step =>
  function join() {
    return (last) => {
      const one = together(last);
      const group = { mode: 'custom', build: 'array', property: 'payload', propertyType: 'msg' };
      const made = node('join', { ...group, joiner: '', count: String(count), timeout }, [one]);
      return { first: [made], others: [made, one] };
    };
  };

const batch =
  (properties: Record<string, unknown>) =>
  (next: FlowNode): FlowNode[] => [
    node('batch', { count: 1, overlap: 0, interval: 1, topics: [], ...properties }, [next]),
  ];

/** Fails at every seventh message, but not for ever. */
const FAILS = `const n = (context.get('n') ?? 0) + 1;
context.set('n', n);
if (n % 7 === 3 && n < 30) throw new Error('flat tyre');
return msg;`;

function subflow(chance: number): Route {
  return (last) => {
    const {
      x: _x,
      y: _y,
      ...inner
    } = functionNode(`setTimeout(() => { node.send(msg); node.done(); }, ${chance});`, []);
    const id = `sub${inner.id}`;
    const place = { x: 0, y: 0 };
    const definition = {
      id,
      type: 'subflow',
      name: 'in a subflow',
      in: [{ ...place, wires: [{ id: inner.id }] }],
      out: [{ ...place, wires: [{ id: inner.id, port: 0 }] }],
    };
    const instance = node(`subflow:${id}`, {}, [last]);
    return { first: [instance], others: [instance, definition, { ...inner, z: id }] };
  };
}

function linkCall(chance: number): Route {
  return (last) => {
    const back = node('link out', { mode: 'return', links: [] });
    const work = slow(chance)(back);
    const into = node('link in', { links: [] }, [work]);
    const call = node('link call', { links: [into.id], linkType: 'static', timeout: '30' }, [last]);
    return { first: [call], others: [call, into, work, back] };
  };
}

function caught(): Route {
  return (last) => {
    const failing = functionNode(FAILS, [last]);
    const catcher = catchNode({ scope: [failing.id] }, [last]);
    return { first: [failing], others: [failing, catcher] };
  };
}

/** Two ways to the next step: each event takes one, or both. */
function branches(chance: number): Route {
  return (last) => {
    const quick = code('return msg;')(last);
    const late = slow(chance)(last);
    const fork = functionNode('return msg;', [quick, late]);
    return { first: [fork], others: [fork, quick, late] };
  };
}

/**
 * Where a step may stand among others. `counts` waits for a number of messages. `waits` for a time, and makes one
 * message of all there are, so that nothing behind it may count. `forks` makes two messages of one event, which
 * a Batch would number as one sequence.
 */
type Place = 'anywhere' | 'counts' | 'waits' | 'forks';
const PLACES: readonly Place[] = ['counts', 'waits', 'forks'];

interface Kind {
  readonly name: string;
  readonly step: Step;
  readonly place: Place;
}

const kind = (name: string, each: Step, place: Place = 'anywhere'): Kind => ({
  name,
  step: each,
  place,
});

export const KIT: readonly Kind[] = [
  kind('Function', step(code('msg.seen = true; return msg;'))),
  kind('asynchronous Function', (chance) => step(slow(chance))(chance)),
  kind(
    'Function that awaits',
    step(code('await new Promise((go) => setTimeout(go, 5)); return msg;')),
  ),
  kind('fresh object', step(code('return { payload: msg.payload };'))),
  kind(
    'fresh object with the id',
    step(code('return { _msgid: msg._msgid, payload: msg.payload };')),
  ),
  kind(
    'fresh object later',
    step(code('setTimeout(() => { node.send({ payload: msg.payload }); node.done(); }, 10);')),
  ),
  kind(
    'Split and Join',
    joined((next) => {
      const parts = node('split', SPLIT, [next]);
      return [three(parts), parts];
    }),
  ),
  kind(
    'fresh object, Split and Join',
    joined((next) => {
      const parts = node('split', SPLIT, [next]);
      return [code('return { payload: [msg.payload, msg.payload] };')(parts), parts];
    }),
  ),
  kind('Delay', (chance) =>
    step((last) => delay(String(1 + 5 * chance), 'milliseconds', [last]))(chance),
  ),
  kind(
    'random Delay',
    step((last) => {
      const random = {
        pauseType: 'random',
        randomFirst: '1',
        randomLast: '40',
        randomUnits: 'milliseconds',
      };
      return Object.assign(delay('5', 'milliseconds', [last]), random);
    }),
  ),
  kind(
    'Delay with a rate',
    step((last) =>
      Object.assign(delay('5', 'milliseconds', [last]), { pauseType: 'rate', rate: '300' }),
    ),
  ),
  kind(
    'Switch',
    step((last) => node('switch', halves('msg', 'payload.ids[0]'), [last], [last])),
  ),
  kind(
    'Switch over JSONata',
    step((last) => node('switch', halves('jsonata', 'payload.ids[0]'), [last], [last])),
  ),
  kind(
    'Switch that waits for the disk',
    step((last) => node('switch', onDisk, [last])),
  ),
  kind('Link call', linkCall),
  kind('Catch', caught),
  kind('node that fails now and then', step(code(FAILS))),
  kind('subflow', subflow),
  kind('Batch and Join', joined(batch({ mode: 'count', count: 3 })), 'counts'),
  kind('Join', (chance) => custom(2 + (chance % 3), '')(chance), 'counts'),
  kind('Batch by time', joined(batch({ mode: 'interval' })), 'waits'),
  kind('Join with a timeout', custom(4, '0.3'), 'counts'),
  kind('branches', branches, 'forks'),
];

function halves(propertyType: string, property: string) {
  const rules = [{ t: 'regex', v: '[0-4]$', vt: 'str', case: false }, { t: 'else' }];
  return { ...switchOn(rules, property), propertyType, checkall: 'false', outputs: 2 };
}

export interface RandomFlow {
  readonly steps: readonly { readonly kind: Kind; readonly chance: number }[];
  /** Milliseconds that its last node works for each message. */
  readonly work: number;
}

/** Ten steps, no two of the same kind. */
export const randomFlows: fc.Arbitrary<RandomFlow> = fc.record({
  steps: fc
    .tuple(
      fc.shuffledSubarray([...KIT], { minLength: 10, maxLength: 10 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 10 }),
    )
    .map(([kinds, chances]) =>
      inOrder(kinds).map((each, index) => ({ kind: each, chance: chances[index] ?? 0 })),
    ),
  work: fc.integer({ min: 0, max: 20 }),
});

/** Those that have to keep an order among each other change places. */
function inOrder(kinds: readonly Kind[]): Kind[] {
  const ordered = PLACES.flatMap((place) => kinds.filter((each) => each.place === place));
  return kinds.map((each) => (each.place === 'anywhere' ? each : (ordered.shift() ?? each)));
}

/** The names of the steps, from the topic to the end. */
export function describeFlow({ steps, work }: RandomFlow): string {
  return [...steps.map(({ kind: { name } }) => name), `${work} ms of work`].join(' → ');
}

/** What stands between the topic and `last`. */
export function buildFlow({ steps }: RandomFlow, last: FlowNode): Between {
  const others: FlowNode[] = [];
  let next = last;
  for (const { kind: each, chance } of [...steps].reverse()) {
    const between = each.step(chance)(next);
    others.unshift(...between.others);
    next = between.first[0] ?? next;
  }
  const named = functionNode('msg.payload = { ids: [msg.metadata.id] }; return msg;', [next]);
  const all = [named, ...others];
  return { first: [named], others: all.map(placed) };
}

/** So that it can be read when it is imported into the editor. */
function placed(each: FlowNode, index: number): FlowNode {
  return each.x === undefined
    ? each
    : { ...each, x: 200 + 180 * (index % 6), y: 100 + 60 * Math.floor(index / 6) };
}
