/** Core nodes behind a topic, by what is promised of an event that comes to them, as the editor would save them. */
import {
  alone,
  type Between,
  delay,
  delayDefaults,
  filter,
  JOIN_AUTO,
  ROUTES,
  type Route,
  single,
  switchOn,
} from './core-node-routes';
import { config, debug, type FlowNode, functionNode, node } from './flow';

/** Nodes that keep a message for longer than any test lasts. */
export const HOLDING_NODES: Readonly<Record<string, () => FlowNode>> = {
  'a Delay': () => delay('60', 'seconds'),
  'a random Delay': () =>
    node('delay', {
      ...delayDefaults,
      pauseType: 'random',
      randomFirst: '50',
      randomLast: '60',
      randomUnits: 'seconds',
    }),
  'a Join': () =>
    node('join', { mode: 'custom', build: 'array', count: '9', property: 'payload', joiner: '' }),
  'a Batch': () => node('batch', { mode: 'count', count: 9, overlap: 0, topics: [] }),
};

/** Each lets the first of many messages pass that come at the same time, and no other. */
export const BLOCKING_NODES: Readonly<Record<string, Route>> = {
  'a Filter of the same value': single('rbe', { ...filter('rbe'), property: 'topic' }),
  'a Trigger': single('trigger', {
    op1: '',
    op2: '',
    op1type: 'pay',
    op2type: 'nul',
    duration: '60',
    extend: false,
    overrideDelay: false,
    units: 's',
    reset: '',
    bytopic: 'all',
    topic: 'topic',
    outputs: 1,
  }),
  'a Delay that drops what comes too fast': single('delay', {
    ...delayDefaults,
    pauseType: 'rate',
    rate: '1',
    rateUnits: 'minute',
    drop: true,
  }),
  'a Switch': single('switch', switchOn([{ t: 'eq', v: '0', vt: 'num' }], 'payload.n')),
};

/** Each fails at every message. */
export const FAILING_NODES: Readonly<Record<string, () => Between>> = {
  'a Function that throws': () => alone(functionNode('throw new Error("flat tyre");', [])),
  'an asynchronous Function that reports an error': () => {
    const code = 'setTimeout(() => { node.error("flat tyre", msg); node.done(); }, 5);';
    return alone(functionNode(code, []));
  },
  'a Function that only reports an error': () =>
    alone(functionNode('node.error("flat tyre", msg); return msg;', [])),
  'a JSON that gets a text which is no JSON': () =>
    alone(node('json', { property: 'topic', action: 'obj' }, [])),
  'a Change whose expression fails': () =>
    alone(
      node(
        'change',
        { rules: [{ t: 'set', p: 'seen', pt: 'msg', to: FAILING, tot: 'jsonata' }] },
        [],
      ),
    ),
  'a Switch whose expression fails': () =>
    alone(node('switch', switchOn([{ t: 'jsonata_exp', v: FAILING, vt: 'jsonata' }]), [])),
  'an old node that throws': () => alone(node('foreign-node', { fail: 'flat tyre' }, [])),
  'a node inside a subflow': () => {
    const { x: _x, y: _y, ...inner } = functionNode('throw new Error("flat tyre");', []);
    const id = `sub${inner.id}`;
    const ports = { in: [{ x: 0, y: 0, wires: [{ id: inner.id }] }], out: [] };
    const instance = node(`subflow:${id}`, {});
    const others = [instance, { id, type: 'subflow', name: 'sub', ...ports }, { ...inner, z: id }];
    return { first: [instance], others };
  },
};

/** Each was never set up, because its settings are wrong: what comes to it goes nowhere. */
export const BROKEN_NODES: Readonly<Record<string, () => FlowNode>> = {
  'a Switch with a property that is no expression': () =>
    node('switch', { ...switchOn([{ t: 'else' }]), property: '$(', propertyType: 'jsonata' }, []),
  'a Switch with a rule that is no expression': () =>
    node('switch', switchOn([{ t: 'eq', v: '$(', vt: 'jsonata' }]), []),
  'a Change with a value that is no expression': () =>
    node('change', { rules: [{ t: 'set', p: 'seen', pt: 'msg', to: '$(', tot: 'jsonata' }] }, []),
  'a Join with a reduction that is no expression': () =>
    node('join', { mode: 'reduce', reduceExp: '$(', reduceInit: '0', reduceInitType: 'num' }, []),
  'an MQTT out without a broker': () => node('mqtt out', { topic: 'a', broker: '' }),
};

/** Each makes one message of five, or sends five together. */
export const GROUPING_NODES: Readonly<Record<string, Route>> = {
  'a Join of five': single('join', {
    mode: 'custom',
    build: 'array',
    count: '5',
    property: 'payload',
    propertyType: 'msg',
    joiner: '',
  }),
  'a Batch of five and a Join': (last) => {
    const joined = node('join', { ...JOIN_AUTO, build: 'array' }, [last]);
    const batch = node('batch', { mode: 'count', count: 5, overlap: 0, topics: [] }, [joined]);
    return { first: [batch], others: [batch, joined] };
  },
  'a Join that reduces': (last) => {
    const reduce = {
      mode: 'reduce',
      reduceRight: false,
      reduceExp: '$A + payload.n',
      reduceInit: '0',
      reduceInitType: 'num',
      reduceFixup: '',
    };
    const sum = node('join', reduce, [last]);
    const batch = node('batch', { mode: 'count', count: 5, overlap: 0, topics: [] }, [sum]);
    return { first: [batch], others: [batch, sum] };
  },
};

/** Each ends a flow: it hands the message over, and says so at once. */
export const ENDING_NODES: Readonly<Record<string, () => Between>> = {
  'a Debug': () => alone(debug({ tosidebar: false })),
  'a Link out that leads nowhere': () => alone(node('link out', { mode: 'link', links: [] })),
  'an HTTP response without a request': () => alone(node('http response', { headers: {} })),
  'a UDP out': () =>
    alone(
      node('udp out', {
        addr: '127.0.0.1',
        port: '9',
        multicast: 'false',
        iface: '',
        outport: '',
        ipv: 'udp4',
        base64: false,
      }),
    ),
  'a TCP out that nobody is connected to': () =>
    alone(node('tcp out', { beserver: 'reply', host: '', port: '', base64: false, end: false })),
  'a WebSocket out that nobody is connected to': () => {
    const server = config('websocket-listener', { path: '/ws/yard', wholemsg: 'false' });
    const out = node('websocket out', { server: server.id, client: '' });
    return { first: [out], others: [out, server] };
  },
};

/** What is said of each kind of node in docs/delivery.md. */
export const PROMISES = {
  'has finished when what follows has': ROUTES,
  'has finished at once with what it stops; else when what follows has': BLOCKING_NODES,
  'makes one of several: they finish, or fail, together': GROUPING_NODES,
  'holds on purpose: the deadline begins anew, up to 28 minutes': HOLDING_NODES,
  'has failed, unless a Catch node takes the error': FAILING_NODES,
  'has failed: the node takes no messages': BROKEN_NODES,
  'has finished when it is handed over; whether it arrives is not known': ENDING_NODES,
} as const;

const FAILING = '$error("flat tyre")';
