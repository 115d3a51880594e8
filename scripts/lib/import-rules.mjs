/**
 * Who may import whom: one row for each folder with TypeScript, and nothing is allowed that no row names.
 *
 *   room    a folder without its subfolders, or those of its files that end in `.editor.ts`
 *   why     what the reader of a violation should know
 *   may     rooms, files of other rooms and packages; `src/**` = src and all below it
 *   types   what only its types are taken from
 *   lazy    what is loaded with `import()` or `require()` when it is used, and else gives types only
 *   alone   its files do not import each other
 *
 * A row with `file` instead of `room` gives one file more than its room has.
 */
export const importRules = [
  // src: no Node-RED, no browser
  {
    room: 'src',
    why: 'What the package publishes are types.',
    types: ['src/events'],
  },
  {
    room: 'src/time',
    why: 'Everybody may use it, so it uses nobody.',
  },
  {
    room: 'src/errors',
    why: 'Everybody may use it, so it uses nobody.',
  },
  {
    room: 'src/broker',
    why: 'The broker does not know what it carries, nor who decides about it.',
    may: ['src/time', 'amqplib', 'node:*'],
    types: ['src/delivery/**'],
  },
  {
    room: 'src/delivery',
    why: 'What becomes of an event is decided without knowing its broker, its content or what remembers it.',
    may: ['src/delivery/attempts', 'src/errors', 'src/time'],
  },
  {
    room: 'src/delivery/attempts',
    why: 'How often an event was tried concerns neither its flow nor its broker.',
    may: ['src/delivery', 'src/time'],
  },
  {
    room: 'src/events',
    why: 'An event is understood without knowing where it comes from or goes to.',
    may: ['src/errors', 'src/events/catalogue', 'node:*'],
    types: ['src', 'src/broker/broker.ts'],
  },
  {
    file: 'src/events/validate.ts',
    why: 'The only file that knows ajv.',
    may: ['ajv', 'ajv-formats'],
  },
  {
    file: 'src/events/linear-pattern.ts',
    why: 'The only file that knows re2js.',
    may: ['re2js'],
  },
  {
    room: 'src/events/catalogue',
    why: 'Facts about the events, which browser and generators read too.',
  },
  {
    room: 'src/filter',
    why: 'Choosing does not know the broker, nor what an event holds.',
    may: ['src/memory', 'src/time'],
    types: ['src/delivery/**'],
  },
  {
    room: 'src/memory',
    why: 'Keys are remembered without knowing where they come from, what they stand for, or what becomes of a delivery.',
    may: ['src/memory/memory', 'src/time', 'node:*'],
  },
  {
    room: 'src/memory/memory',
    why: 'A store knows the port, and nothing of who uses it.',
    may: ['src/memory/key-store.ts', 'src/memory/parked-store.ts', 'src/time'],
  },
  {
    room: 'src/memory/file',
    why: 'A store knows the port, and nothing of who uses it.',
    may: [
      'src/memory/key-store.ts',
      'src/memory/memory',
      'src/memory/parked-store.ts',
      'src/time',
      'node:*',
    ],
  },
  {
    room: 'src/memory/redis',
    why: 'A store knows the port, and nothing of who uses it.',
    may: ['src/memory/key-store.ts', 'src/time', 'node:*'],
  },
  {
    file: 'src/memory/redis/redis-connection.ts',
    why: 'The only file that talks to Redis, and loads its client when it is used.',
    lazy: ['@redis/client'],
  },
  {
    room: 'src/vehicle',
    why: 'What is known of a vehicle and what that means is calculated: no store, no clock, no flow.',
    may: ['src/errors', 'src/events/catalogue'],
    types: ['src/events'],
  },
  {
    room: 'src/sandbox',
    why: 'The sandbox stands alone: what it is there to try must not be what it is made of.',
    may: ['src/sandbox/amqp', 'src/sandbox/fleet', 'src/time', 'node:*'],
  },
  {
    room: 'src/sandbox/amqp',
    why: 'The wire format alone, without sockets and without amqplib, which it is tried with.',
  },
  {
    room: 'src/sandbox/fleet',
    why: 'The fleet is a calculation that repeats itself: no sockets, no timers, no clock.',
  },

  // nodes: the only place that knows Node-RED
  {
    room: 'nodes',
    why: 'A node file connects what src/ and nodes/runtime/ have, and knows no other node file and no broker but the port.',
    may: [
      'src/errors',
      'nodes/runtime/**',
      'nodes/settings',
      'src/broker/broker.ts',
      'src/broker/errors.ts',
      'src/events/catalogue.ts',
      'src/filter',
      'src/memory/**',
      'src/time',
    ],
    types: ['node-red', 'src', 'src/delivery/**'],
    alone: true,
  },
  {
    file: 'nodes/invers-consumer.ts',
    why: 'The only node that knows which broker it is, and that owns the open deliveries.',
    may: ['src/broker/amqp-broker.ts', 'src/delivery/**', 'src/events/vehicle-id.ts'],
  },
  {
    file: 'nodes/invers-topic-in.ts',
    why: 'What runs alone does so over all topics of the process.',
    may: ['src/delivery/**'],
  },
  {
    room: 'nodes/*.editor.ts',
    why: 'It runs in the browser.',
    may: ['nodes/editor', 'nodes/settings', 'src/events/catalogue.ts', 'src/events/schema-text.ts'],
    types: ['@node-red/editor-client'],
    alone: true,
  },
  {
    room: 'nodes/editor',
    why: 'It runs in the browser.',
    may: ['nodes/settings', 'src/events/catalogue.ts', 'src/events/schema-text.ts'],
    types: ['@node-red/editor-client'],
  },
  {
    room: 'nodes/settings',
    why: 'Browser and runtime share it.',
    types: ['src/**'],
  },
  {
    room: 'nodes/runtime/settings',
    why: 'Settings are read from what the editor stored, and need of src/ no more than its types.',
    may: ['nodes/settings', 'src/broker/settings.ts', 'node:*'],
    types: ['node-red', 'src/**'],
  },
  {
    room: 'nodes/runtime/status',
    why: 'A status is made of what it is told.',
    may: ['src/time'],
    types: ['node-red', 'src/broker'],
  },
  {
    room: 'nodes/runtime/flow',
    why: 'Following an event through the flow concerns Node-RED alone.',
    may: ['src/errors', 'src/time', 'node:*'],
    types: ['node-red', 'src/delivery/**'],
  },
  {
    room: 'nodes/runtime/consumer',
    why: 'What topics share: the port of the broker, the schemas, the deliveries; and the sandbox, loaded only for who uses it.',
    may: [
      'nodes/runtime/admin',
      'nodes/runtime/delivery',
      'nodes/runtime/settings',
      'nodes/settings',
      'src/broker/broker.ts',
      'src/broker/settings.ts',
      'src/delivery/**',
      'src/events',
      'src/time',
      'node:*',
    ],
    types: ['node-red', 'nodes/runtime/flow', 'src/memory', 'src/sandbox/fleet'],
    lazy: ['src/sandbox/sandbox.ts'],
  },
  {
    room: 'nodes/runtime/delivery',
    why: 'The door to deliveries for nodes that get messages: it knows no node and no topic.',
    may: ['nodes/runtime/consumer', 'src/delivery/**', 'src/time'],
    types: ['node-red', 'nodes/runtime/flow', 'src/broker/broker.ts'],
  },
  {
    room: 'nodes/runtime/memory',
    why: 'What a node remembers, and where; which broker the events come from is nothing to it.',
    may: [
      'src/errors',
      'nodes/runtime/delivery',
      'nodes/runtime/settings',
      'src/memory',
      'src/memory/memory',
      'src/time',
    ],
    types: ['node-red', 'src/delivery/**'],
  },
  {
    room: 'nodes/runtime/topic',
    why: 'A topic knows the flow, its consumer, its deliveries and its status, and nothing that remembers or filters.',
    may: [
      'src/errors',
      'nodes/runtime/consumer',
      'nodes/runtime/delivery',
      'nodes/runtime/flow',
      'nodes/runtime/settings',
      'nodes/runtime/status',
      'src/broker/broker.ts',
      'src/broker/errors.ts',
      'src/delivery/**',
      'src/events',
      'src/time',
      'node:*',
    ],
    types: ['node-red', 'src', 'nodes/runtime/parking'],
  },

  {
    room: 'nodes/runtime/admin',
    why: 'It knows how an endpoint is made, and none of them.',
    types: ['node-red'],
  },
  {
    room: 'nodes/runtime/parking',
    why: 'Parked events are kept and sent again without knowing what a topic does with them.',
    may: [
      'nodes/runtime/admin',
      'nodes/runtime/status',
      'src/errors',
      'src/memory/parked-store.ts',
      'src/memory/file',
      'src/memory/memory',
      'node:*',
    ],
    types: ['node-red', 'src/broker/broker.ts', 'src/delivery'],
  },

  // bench: measures whatever there is
  {
    room: 'bench',
    why: 'What is measured does not know who measures it.',
    may: ['bench/contestants', 'src/**', 'test/support/**', 'amqplib', 'node:*'],
  },
  {
    room: 'bench/contestants',
    why: 'A contestant knows the contest, and runs what it measures as its users do: not from within.',
    may: ['bench', 'test/support/**', 'amqplib', 'node:*'],
  },
  {
    room: 'bench/chaos',
    why: 'It breaks things from outside, as they break.',
    may: ['bench', 'test/support/**', 'node:*'],
  },
];

/** Where each folder needs a row. */
export const roots = ['src', 'nodes', 'bench'];
