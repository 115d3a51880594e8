/** Who in bench/ may import whom: measures whatever there is. What a row says stands in ../import-rules.mjs. */
export const benchRules = [
  {
    room: 'bench',
    why: 'What is measured does not know who measures it.',
    may: ['bench/contestants', 'bench/vehicles', 'src/**', 'test/support/**', 'amqplib', 'node:*'],
  },
  {
    room: 'bench/contestants',
    why: 'A contestant knows the contest, and runs what it measures as its users do: not from within.',
    may: ['bench', 'test/support/**', 'amqplib', 'node:*'],
  },
  {
    room: 'bench/vehicles',
    why: 'Measures single nodes without a broker, so that microseconds can be told apart.',
    may: ['bench', 'bench/contestants', 'nodes', 'src/**', 'node:*'],
    types: ['node-red'],
  },
  {
    room: 'bench/chaos',
    why: 'It breaks things from outside, as they break.',
    may: ['bench', 'test/support/**', 'node:*'],
  },
];
