/** What the runtime suites share: the one Node-RED, and for each test a fleet with one queue. */
import { Fleet } from './fleet';
import { type NodeRed, sharedNodeRed } from './node-red';

export interface Stage {
  readonly nodeRed: NodeRed;
  readonly fleet: Fleet;
}

/** To be called in a `describe`; `enter` is called before each test, and everything is cleared after it. */
export function setStage(queue: string, enter: (stage: Stage) => void): void {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  before(async () => {
    nodeRed = await sharedNodeRed();
  });
  beforeEach(async () => {
    fleet = await Fleet.create();
    await fleet.subscribe(queue);
    enter({ nodeRed, fleet });
  });
  afterEach(async () => {
    await nodeRed.clear();
    await fleet.dispose();
  });
}
