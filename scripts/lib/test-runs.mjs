/** Which tests run in one process, and on which Node.js and Node-RED. */
import path from 'node:path';
import { nodeRed5 } from '../setup-packages.mjs';
import { root, StepError } from './run.mjs';
import { tools } from './tools.mjs';

/** Milliseconds that a test may take, as in .mocharc.json. */
const usualTimeout = 120_000;
/** Stack traces name the sources, in a Node-RED that a test starts, too; what a test looks at with V8 is no news. */
const nodeOptions =
  `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps --disable-warning=ExperimentalWarning`.trim();

/**
 * The runtime tests in which servers and processes are killed, cut off or blocked. They take minutes, most of them
 * waiting, and what they show is the same on both lines of Node-RED: each has a run of its own on one of them, and
 * in a long run on both.
 */
const FAULTS = {
  5: ['chaos', 'faults', 'poison', 'silence', 'strange-brokers', 'three-days'],
  4: ['random-flows', 'recovery', 'slow-flow', 'tls', 'watch-kills'],
};

/**
 * All there is, the longest first. Node-RED's test helper, which the unit tests use, and a whole Node-RED cannot share
 * a process, and the editor's tests keep a browser busy.
 */
export function allRuns(grep, nodeForNodeRed5) {
  const [on5, on4] = runtimeRuns('runtime', grep, nodeForNodeRed5);
  const isLong = effortFactor() > 1;
  const everywhere = Object.values(FAULTS).flat();
  return [
    onlyFiles(on5, isLong ? everywhere : FAULTS[5]),
    onlyFiles(on4, isLong ? everywhere : FAULTS[4]),
    withoutFiles(on5, everywhere),
    withoutFiles(on4, everywhere),
    run('editor', 'editor', grep),
    run('unit', 'unit', grep),
    run('integration and package', '{integration,package}', grep),
    run('recipes', 'recipes', grep),
  ];
}

/** Those in one folder of test/: `runtime`, or `unit/filter`. */
export function runsIn(folder, grep, nodeForNodeRed5) {
  return isRuntime(folder)
    ? runtimeRuns(folder, grep, nodeForNodeRed5)
    : [run(folder, folder, grep)];
}

/** Those in some files, in one process; each is named by its source, from the repository's root or from here. */
export function runOfFiles(files, grep) {
  const compiled = files.map((file) => {
    const relative = path.relative(root, path.resolve(file));
    if (!/^test\/.*\.test\.ts$/.test(relative.split(path.sep).join('/'))) {
      throw new StepError(`${file} is no test: name files like test/unit/filter/route.test.ts`);
    }
    return path.join('dist', relative.replace(/\.ts$/, '.js'));
  });
  return mochaRun(files.length === 1 ? files[0] : `${files.length} files`, compiled, grep);
}

/** How many times as much as usual the generated and the chaos tests try. */
export function effortFactor() {
  const factor = Number(process.env.INVERS_TEST_RUNS || 1);
  if (factor > 0) return factor;
  throw new StepError('INVERS_TEST_RUNS has to be a number above 0.');
}

export function isRuntime(folder) {
  return folder.split('/')[0] === 'runtime';
}

const compiledRuntimeTest = (name) => `dist/test/runtime/${name}.test.js`;

/** A run of the runtime tests, but of these files only. */
function onlyFiles(each, names) {
  const args = [...each.args.slice(0, -1), ...names.map(compiledRuntimeTest)];
  return { ...each, name: each.name.replace('runtime', 'faults'), args };
}

function withoutFiles(each, names) {
  const ignore = names.flatMap((name) => ['--ignore', compiledRuntimeTest(name)]);
  return { ...each, args: [...each.args, ...ignore] };
}

function runtimeRuns(folder, grep, nodeForNodeRed5) {
  const on5 = run(`${folder} on Node-RED 5`, folder, grep);
  const env = { ...on5.env, NODE_RED_HOME: nodeRed5 };
  return [
    { ...on5, command: nodeForNodeRed5, env },
    run(`${folder} on Node-RED 4.1`, folder, grep),
  ];
}

function run(name, folder, grep) {
  return mochaRun(name, [`dist/test/${folder}/**/*.test.js`], grep);
}

function mochaRun(name, files, grep) {
  const factor = effortFactor();
  const time = factor > 1 ? ['--timeout', String(usualTimeout * factor)] : [];
  // One of several runs may have nothing for a text; that none has is found when they are summed up.
  const selection = grep === undefined ? [] : ['--fgrep', grep, '--no-fail-zero'];
  return {
    name,
    command: process.execPath,
    args: [tools.mocha, '--forbid-only', ...time, ...selection, ...files],
    env: { NODE_OPTIONS: nodeOptions },
  };
}
