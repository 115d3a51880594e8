/** An example flow as it is imported, with what a user would change in it: addresses, and how long things take. */
import fs from 'node:fs';
import path from 'node:path';
import type { FlowNode, Properties } from '../support/flow';
import { repositoryRoot } from '../support/node-red-home';

const directory = path.join(repositoryRoot, 'examples');

/** The addresses that stand in the examples for services which nobody has yet. */
const OWN_PORT = 'http://127.0.0.1:1880';

export class Recipe {
  readonly title: string;
  readonly nodes: readonly FlowNode[];

  /** `number`: that its file begins with; `address`: instead of Node-RED's own. */
  constructor(
    readonly number: string,
    address: string,
  ) {
    const file = fs.readdirSync(directory).find((name) => name.startsWith(`${number} - `));
    if (file === undefined) throw new Error(`There is no example ${number}.`);
    this.title = path.basename(file, '.json');
    const text = fs.readFileSync(path.join(directory, file), 'utf8');
    const nodes = JSON.parse(text.replaceAll(OWN_PORT, address)) as FlowNode[];
    // the editor takes from it what is to be installed, and does not import it
    this.nodes = nodes.filter(({ type }) => type !== 'global-config');
    for (const node of this.nodes) {
      // what failed is tried again after a second, and half of all events come twice
      if (node.type === 'invers-topic-in') node['retryDelay'] = 1;
      if (node.type === 'invers-consumer') node['sandboxDuplicates'] = 50;
    }
  }

  /** The only node of this type, or the one with this name. */
  find(type: string, name?: string): FlowNode {
    const found = this.nodes.filter(
      (node) => node.type === type && (name === undefined || node['name'] === name),
    );
    const [node] = found;
    if (!node || found.length > 1) {
      throw new Error(`${this.title} has ${found.length} nodes like ${type} ${name ?? ''}`);
    }
    return node;
  }

  set(type: string, properties: Properties): void {
    Object.assign(this.find(type), properties);
  }
}

/** What the sandbox did when it was asked to. */
export interface Happened {
  readonly vehicle_id: string;
  readonly license_plate: string;
}

/** Lets something happen in the recipe's sandbox, as its button does. */
export async function happen(url: string, recipe: Recipe, happening: string): Promise<Happened> {
  const response = await fetch(`${url}/invers/sandbox/happen`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ consumer: recipe.find('invers-consumer').id, happening }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Happened;
}

/** Whether a text speaks of the vehicle: by its plate, or by its id while its plate is not known. */
export function names(text: string, { vehicle_id, license_plate }: Happened): boolean {
  return text.includes(license_plate) || text.includes(vehicle_id);
}
