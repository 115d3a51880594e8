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
 * What takes minutes and is the same on both lines of Node-RED: in a usual run each is on one of them, in a long
 * one on both.
 */
const ON_ONE_LINE = { chaos: 5, 'random-flows': 4 };

/**
 * All there is, the longest first. Node-RED's test helper, which the unit tests use, and a whole Node-RED cannot share
 * a process, and the editor's tests keep a browser busy.
 */
export function allRuns(grep, nodeForNodeRed5) {
  return [
    ...runtimeRuns('runtime', grep, nodeForNodeRed5).map(withoutOtherLine),
    run('unit', 'unit', grep),
    run('integration and package', '{integration,package}', grep),
    run('editor', 'editor', grep),
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

/** Without the files that the other line of Node-RED has. */
function withoutOtherLine(each) {
  if (effortFactor() > 1) return each;
  const line = 'NODE_RED_HOME' in each.env ? 5 : 4;
  const others = Object.entries(ON_ONE_LINE).filter(([, on]) => on !== line);
  const ignore = others.flatMap(([file]) => ['--ignore', `dist/test/runtime/${file}.test.js`]);
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
