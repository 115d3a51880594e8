/** Core nodes that stand between a topic and the end of a flow, as the editor would save them. */
import os from 'node:os';
import path from 'node:path';
import { config, debug, type FlowNode, functionNode, node, type Properties } from './flow';
import { repositoryRoot } from './node-red-home';

/** What stands between a topic and the last node: where the topic leads, and all nodes there are. */
export interface Between {
  readonly first: FlowNode[];
  readonly others: FlowNode[];
}

/** Puts something before `last`. */
export type Route = (last: FlowNode) => Between;

const delayDefaults = {
  pauseType: 'delay',
  timeout: '20',
  timeoutUnits: 'milliseconds',
  rate: '50',
  nbRateUnits: '1',
  rateUnits: 'second',
  randomFirst: '1',
  randomLast: '20',
  randomUnits: 'milliseconds',
  drop: false,
  outputs: 1,
};

export const SPLIT = {
  splt: ',',
  spltType: 'str',
  arraySplt: 1,
  arraySpltType: 'len',
  stream: false,
};
const SORT = {
  order: 'ascending',
  as_num: false,
  msgKey: 'payload',
  msgKeyType: 'elem',
  seqKey: 'payload',
  seqKeyType: 'msg',
};
export const JOIN_AUTO = {
  mode: 'auto',
  build: 'object',
  property: 'payload',
  propertyType: 'msg',
  count: '',
};

export function delay(timeout: string, timeoutUnits: string, ...wires: FlowNode[][]): FlowNode {
  return node('delay', { ...delayDefaults, timeout, timeoutUnits }, ...wires);
}

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

/** Each passes every message on, be it later. */
export const ROUTES: Readonly<Record<string, Route>> = {
  'nothing at all': (last) => ({ first: [last], others: [] }),
  'a Function': (last) => alone(functionNode('return msg;', [last])),
  'a Function that returns a fresh object': (last) =>
    alone(functionNode('return { _msgid: msg._msgid, payload: msg.payload };', [last])),
  'a Function that returns a fresh object without an id': (last) =>
    alone(functionNode('return { payload: msg.payload };', [last])),
  'a Function that sends a fresh object later': (last) =>
    alone(
      functionNode('setTimeout(() => { node.send({ payload: msg.payload }); node.done(); }, 20);', [
        last,
      ]),
    ),
  'a Function that sends a fresh object and splits it': (last) => {
    const parts = node('split', SPLIT, [last]);
    const fresh = functionNode('return { payload: [msg.payload] };', [parts]);
    return { first: [fresh], others: [fresh, parts] };
  },
  'a Change that deletes msg.delivery, and a Split': (last) => {
    const parts = node('split', SPLIT, [last]);
    const rules = [
      { t: 'delete', p: 'delivery', pt: 'msg' },
      { t: 'set', p: 'payload', pt: 'msg', to: '[1]', tot: 'json' },
    ];
    const change = node('change', { rules }, [parts]);
    return { first: [change], others: [change, parts] };
  },
  'a File in that sends a message per line': single('file in', {
    filename: path.join(repositoryRoot, 'test/fixtures/files/one-line.txt'),
    filenameType: 'str',
    format: 'lines',
    chunk: false,
    sendError: false,
    encoding: 'none',
    allProps: false,
  }),
  'an asynchronous Function': (last) =>
    alone(functionNode('setTimeout(() => { node.send(msg); node.done(); }, 20);', [last])),
  'a Change': single('change', {
    rules: [{ t: 'set', p: 'seen', pt: 'msg', to: 'true', tot: 'bool' }],
  }),
  'a Template': single('template', {
    field: 'text',
    fieldType: 'msg',
    format: 'handlebars',
    template: '{{payload.n}}',
  }),
  // the JSON node takes msg.schema for a schema of its own
  'a JSON behind a Change that deletes msg.schema': (last) => {
    const json = node('json', { property: 'payload', action: '' }, [last]);
    const change = node('change', { rules: [{ t: 'delete', p: 'schema', pt: 'msg' }] }, [json]);
    return { first: [change], others: [change, json] };
  },
  'a Switch': single('switch', switchOn([{ t: 'else' }])),
  'a Switch over a JSONata expression': single('switch', {
    ...switchOn([{ t: 'else' }]),
    property: '$string(payload.n)',
    propertyType: 'jsonata',
  }),
  'a Switch that waits for a store on the disk': single('switch', {
    ...switchOn([{ t: 'else' }], '#:(disk)::missing'),
    propertyType: 'flow',
  }),
  'a Switch that compares with what a store on the disk has': single('switch', {
    ...switchOn([{ t: 'neq', v: '#:(disk)::missing', vt: 'flow' }]),
  }),
  'a Switch that recreates message sequences': (last) => {
    const joined = node('join', JOIN_AUTO, [last]);
    const choice = node('switch', { ...switchOn([{ t: 'else' }]), repair: true }, [joined]);
    const parts = node('split', SPLIT, [choice]);
    const three = functionNode('msg.payload = [1, 2, 3]; return msg;', [parts]);
    return { first: [three], others: [three, parts, choice, joined] };
  },
  'a Junction': single('junction'),
  'a Range': single('range', {
    minin: '0',
    maxin: '10',
    minout: '0',
    maxout: '100',
    action: 'scale',
    round: false,
    property: 'payload.n',
  }),
  'a CSV': single('csv', {
    sep: ',',
    hdrin: '',
    hdrout: 'none',
    multi: 'one',
    ret: '\\n',
    temp: 'n',
    skip: '0',
    strings: true,
    spec: 'rfc',
  }),
  'an HTML': single('html', { property: 'topic', tag: 'p', ret: 'text', as: 'single' }),
  'an XML': single('xml', { property: 'payload', attr: '', chr: '' }),
  'a YAML': single('yaml', { property: 'payload' }),
  'a Write file': single('file', {
    filename: os.devNull,
    filenameType: 'str',
    appendNewline: true,
    createDir: false,
    overwriteFile: 'false',
    encoding: 'none',
  }),
  'an Exec': single('exec', {
    command: 'echo',
    addpay: '',
    append: '',
    useSpawn: 'false',
    timer: '',
    oldrc: false,
  }),
  'a Sort of an array': (last) => {
    const sort = node('sort', { ...SORT, target: 'payload', targetType: 'msg' }, [last]);
    const three = functionNode('msg.payload = [3, 1, 2]; return msg;', [sort]);
    return { first: [three], others: [three, sort] };
  },
  'a Sort of a sequence': (last) => {
    const joined = node('join', JOIN_AUTO, [last]);
    const sort = node('sort', { ...SORT, target: '', targetType: 'seq' }, [joined]);
    const parts = node('split', SPLIT, [sort]);
    const three = functionNode('msg.payload = [3, 1, 2]; return msg;', [parts]);
    return { first: [three], others: [three, parts, sort, joined] };
  },
  'a Filter': single('rbe', filter('rbe')),
  'a Filter with a deadband': single('rbe', { ...filter('deadbandEq'), gap: '1' }),
  'a Filter with a narrow band': single('rbe', { ...filter('narrowbandEq'), gap: '50' }),
  'a Delay': (last) => alone(delay('20', 'milliseconds', [last])),
  'a random Delay': single('delay', { ...delayDefaults, pauseType: 'random' }),
  'a Delay whose time stands in the message': single('delay', {
    ...delayDefaults,
    pauseType: 'delayv',
  }),
  'a Delay that limits the rate': single('delay', { ...delayDefaults, pauseType: 'rate' }),
  'Split and Join': (last) => {
    const joined = node('join', JOIN_AUTO, [last]);
    const parts = node('split', SPLIT, [joined]);
    return { first: [parts], others: [parts, joined] };
  },
  'a Link': (last) => {
    const into = node('link in', { links: [] }, [last]);
    const out = node('link out', { mode: 'link', links: [into.id] });
    into['links'] = [out.id];
    return { first: [out], others: [out, into] };
  },
  'a Link call': (last) => {
    const back = node('link out', { mode: 'return', links: [] });
    const into = node('link in', { links: [] }, [back]);
    const call = node('link call', { links: [into.id], linkType: 'static', timeout: '30' }, [last]);
    return { first: [call], others: [call, into, back] };
  },
  'a subflow': (last) => {
    const inner = functionNode('setTimeout(() => { node.send(msg); node.done(); }, 20);', []);
    const subflow: FlowNode = {
      id: `sub${inner.id}`,
      type: 'subflow',
      name: 'sub',
      in: [{ x: 0, y: 0, wires: [{ id: inner.id }] }],
      out: [{ x: 0, y: 0, wires: [{ id: inner.id, port: 0 }] }],
    };
    const instance = node(`subflow:${subflow.id}`, {}, [last]);
    const { x: _x, y: _y, ...unplaced } = inner;
    return { first: [instance], others: [instance, subflow, { ...unplaced, z: subflow.id }] };
  },
  'an old node that does not know of done': single('foreign-node'),
  'several of them': (last) => {
    const joined = functionNode('return msg;', [last]);
    const waits = delay('5', 'milliseconds', [joined]);
    const choice = node('switch', switchOn([{ t: 'else' }]), [waits]);
    return { first: [choice], others: [choice, waits, joined] };
  },
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
  'a JSON that takes msg.schema for a schema of its own': () =>
    alone(node('json', { property: 'payload', action: '' }, [])),
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

export function switchOn(rules: Properties[], property = 'topic'): Properties {
  const propertyType = 'msg';
  return { property, propertyType, rules, checkall: 'true', repair: false, outputs: 1 };
}

function filter(func: string): Properties {
  const comparing = { property: 'payload.n', gap: '', start: '', inout: 'out' };
  return { func, ...comparing, septopics: false, topi: 'topic' };
}

function single(type: string, properties: Properties = {}): Route {
  return (last) => alone(node(type, properties, [last]));
}

function alone(between: FlowNode): Between {
  return { first: [between], others: [between] };
}
