/** The settings.js of a Node-RED in a process of its own: what happens there is reported to the test that started it. */

import type { EventEmitter } from 'node:events';
import { setClockAhead } from './moved-clock.js';
import { observeRuntime, requireFromNodeRed, settingsFor } from './node-red-home.js';
import type { Observation } from './observed.js';

const report = (observation: Observation) => {
  process.send?.(observation);
};

setClockAhead(Number(process.env['TEST_CLOCK_AHEAD'] ?? 0));
process.on('message', ({ clockAhead }: { clockAhead: number }) => setClockAhead(clockAhead));

// Whatever ends the test process, even a kill, must not leave a Node-RED behind.
process.on('disconnect', () => process.exit(1));

const { events } = requireFromNodeRed()('@node-red/util') as { events: EventEmitter };
observeRuntime(events, report);

export = settingsFor(process.env['TEST_USER_DIR'] ?? '', report);
