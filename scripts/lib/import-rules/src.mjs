/** Who in src/ may import whom: no Node-RED, no browser. What a row says stands in ../import-rules.mjs. */
export const srcRules = [
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
    file: 'src/time/bounded-key.ts',
    why: 'A digest is all that it needs.',
    may: ['node:*'],
  },
  {
    room: 'src/errors',
    why: 'Everybody may use it, so it uses nobody.',
  },
  {
    room: 'src/files',
    why: 'It knows how a file is opened, and nothing of what stands in it.',
    may: ['node:*'],
  },
  {
    room: 'src/broker',
    why: 'The broker does not know what it carries, nor who decides about it.',
    may: ['src/broker/failures', 'src/errors', 'src/time', 'amqplib', 'node:*'],
    types: ['src/delivery/**'],
  },
  {
    room: 'src/broker/failures',
    why: 'What went wrong is explained without holding a connection, and found out without amqplib.',
    may: ['src/broker/errors.ts', 'src/time', 'node:*'],
    types: ['src/broker/settings.ts'],
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
    may: [
      'src/errors',
      'src/files',
      'src/events/body',
      'src/events/catalogue',
      'src/time',
      'node:*',
    ],
    types: ['src', 'src/broker/broker.ts'],
  },
  {
    room: 'src/events/body',
    why: 'From bytes to values, whatever the values mean.',
    may: ['src/events/problem.ts', 'node:*'],
  },
  {
    file: 'src/events/validate.ts',
    why: 'The only file that runs ajv.',
    may: ['ajv', 'ajv-formats'],
  },
  {
    file: 'src/events/metered-keywords.ts',
    why: 'It changes the code that ajv makes of a keyword.',
    may: ['ajv'],
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
      'src/files',
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
    may: ['src/errors', 'src/memory/key-store.ts', 'src/time', 'node:*'],
  },
  {
    file: 'src/memory/redis/redis-connection.ts',
    why: 'The only file that talks to Redis, and loads its client when it is used.',
    lazy: ['@redis/client'],
  },
  {
    room: 'src/vehicle',
    why: 'What is known of a vehicle and what that means is calculated: no store, no clock, no flow.',
    may: ['src/events/catalogue'],
  },
  {
    room: 'src/vehicle/watch',
    why: 'What a watch says follows from the vehicle, the time and what it remembers, which are given to it.',
    may: ['src/vehicle', 'src/vehicle/area'],
    types: ['src/events/catalogue'],
  },
  {
    room: 'src/vehicle/area',
    why: 'An area is a matter of the map alone.',
    may: ['src/errors'],
  },
  {
    file: 'src/vehicle/area/polygons.ts',
    why: 'The only file that knows point-in-polygon-hao.',
    may: ['point-in-polygon-hao'],
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
];
