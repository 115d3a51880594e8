/** What StrykerJS breaks, how it runs the unit tests on it, and how many breaks they must see. */
const folders = [
  'src/delivery',
  'src/memory',
  'src/broker',
  'nodes/runtime/flow',
  'nodes/runtime/topic',
];

export default {
  mutate: folders.map((folder) => `${folder}/**/*.ts`),
  plugins: ['./scripts/mutate/test-runner.mjs'],
  testRunner: 'unit',
  coverageAnalysis: 'perTest',
  // It works on a copy: what the tests do not read stays behind.
  ignorePatterns: [
    '/.cache',
    '/bench',
    '/coverage',
    '/dist',
    '/docs',
    '/test/*',
    '!/test/fixtures',
    '!/test/support',
    '!/test/unit',
  ],
  buildCommand: 'node scripts/mutate/transpile.mjs',
  tempDirName: '.cache/mutate',
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { reportTests: false, allowColor: false },
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  thresholds: { high: 95, low: 85, break: 85 },
  // On a busy machine a slow test is not one that hangs.
  timeoutMS: 10_000,
  allowConsoleColors: process.stdout.isTTY === true,
  // Stryker would read it with TypeScript's JavaScript API, which TypeScript 7 does not have.
  tsconfigFile: 'none',
};
