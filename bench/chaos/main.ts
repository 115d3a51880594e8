/** The chaos run: breaks everything around a flow while it works, counts what was lost, and fails if anything was. */
import { UsageError } from '../options';
import { parseOptions, usage } from './options';
import { describeFault, describePlan, resultTable, shortcomings } from './report';
import { runChaos } from './run';

/** Somebody has had enough, which is no fault that a stack would explain. */
class Interruption extends Error {}

async function main(): Promise<void> {
  const plan = parseOptions(process.argv.slice(2));
  if (!plan) {
    console.log(usage);
    return;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interruption.abort(new Interruption(`Stopped by ${signal}.`)));
  }
  console.log(`${describePlan(plan)}\n`);
  const result = await runChaos(plan, {
    signal: interruption.signal,
    onFault: (fault) => console.log(describeFault(fault)),
  }).catch((error: unknown) => {
    // What fails after an interruption fails because of it.
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  });
  console.log(`\n${resultTable(result)}`);
  for (const shortcoming of shortcomings(result)) {
    console.error(shortcoming);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  const isExpected = error instanceof UsageError || error instanceof Interruption;
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
});
