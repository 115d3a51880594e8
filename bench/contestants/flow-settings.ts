/** The settings.js of the Node-RED that is measured: its sinks count, and what its nodes complain of is shown. */
import path from 'node:path';
import { repositoryRoot, settingsFor } from '../../test/support/node-red-home';
import { endWithTheBenchmark, jobFromEnvironment, Meter } from '../meter';

const errorLevel = 20;

const meter = new Meter(jobFromEnvironment());
endWithTheBenchmark();

/** Of a node, or an error: Node-RED's own warnings are about how the benchmark has set it up. */
function complain({ level, id, type, msg }: LogEntry): void {
  if (id === undefined && level > errorLevel) return;
  console.error(`Node-RED, ${type ?? 'itself'}:`, msg);
}

interface LogEntry {
  readonly level: number;
  readonly msg: unknown;
  readonly id?: string;
  readonly type?: string;
}

export = {
  ...settingsFor(process.env['BENCH_USER_DIR'] ?? '', () => undefined),
  nodesDir: path.join(repositoryRoot, 'bench/nodes'),
  logging: {
    bench: {
      level: 'warn',
      metrics: false,
      audit: false,
      handler: () => complain,
    },
  },
  benchCount: () => meter.count(),
};
