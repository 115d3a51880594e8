/** Core nodes that pass every message on, between a topic and the end of a flow, as the editor would save them. */
import os from 'node:os';
import path from 'node:path';
import { type FlowNode, functionNode, node, type Properties } from './flow';
import { repositoryRoot } from './node-red-home';

/** What stands between a topic and the last node: where the topic leads, and all nodes there are. */
export interface Between {
  readonly first: FlowNode[];
  readonly others: FlowNode[];
}

/** Puts something before `last`. */
export type Route = (last: FlowNode) => Between;

export const delayDefaults = {
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
  'a JSON': (last) => {
    // to a text and back, for the tests count by what is in the payload
    const back = node('json', { property: 'payload', action: 'obj' }, [last]);
    const json = node('json', { property: 'payload', action: 'str' }, [back]);
    return { first: [json], others: [json, back] };
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

export function switchOn(rules: Properties[], property = 'topic'): Properties {
  const propertyType = 'msg';
  return { property, propertyType, rules, checkall: 'true', repair: false, outputs: 1 };
}

export function filter(func: string): Properties {
  const comparing = { property: 'payload.n', gap: '', start: '', inout: 'out' };
  return { func, ...comparing, septopics: false, topi: 'topic' };
}

export function single(type: string, properties: Properties = {}): Route {
  return (last) => alone(node(type, properties, [last]));
}

export function alone(between: FlowNode): Between {
  return { first: [between], others: [between] };
}
