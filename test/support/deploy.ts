/** Deploys flows through Node-RED's admin API, as the editor does. */
import type { FlowNode } from './flow.js';

/** All nodes anew, those of changed tabs, or changed ones and what depends on them. */
export type DeployType = 'full' | 'flows' | 'nodes';

/** Resolves when the old flows have stopped; the new ones start after it. */
export async function postFlows(
  url: string,
  flow: readonly FlowNode[],
  type: DeployType,
  timeout: number,
): Promise<void> {
  const response = await fetch(`${url}/flows`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Node-RED-API-Version': 'v2',
      'Node-RED-Deployment-Type': type,
    },
    body: JSON.stringify({ flows: flow }),
    signal: AbortSignal.timeout(timeout),
  });
  const answer = await response.text();
  if (!response.ok) {
    throw new Error(`Node-RED refused the deploy with HTTP ${response.status}: ${answer}`);
  }
}
