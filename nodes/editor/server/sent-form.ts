/** What the server gets of a form that is to be tried: what is typed, and of credentials what the editor knows. */
import { checkboxValue } from '../checkboxes';
import type { EditorNode } from '../red';

export interface SentForm {
  id: string;
  z: string | undefined;
  fields: Record<string, unknown>;
  /** A password that was not typed again is left out, or stands as `__PWRD__`: the server has it. */
  credentials: Record<string, unknown>;
}

/** Long, and nothing that a try needs. */
const LEFT_OUT = ['schemas', 'schemaDirectory', 'inputs', 'outputs'];

/** The form that is open. */
export function openForm(node: EditorNode): SentForm {
  return sent(node, (property) => {
    const input = $(`#node-config-input-${property}, #node-input-${property}`);
    if (input.length === 0) return undefined;
    return input.is(':checkbox') ? checkboxValue(input) : input.val();
  });
}

/** A config node as the editor holds it, deployed or not. */
export function heldForm(node: EditorNode): SentForm {
  const held = (node['credentials'] ?? {}) as Record<string, unknown>;
  const credential = (name: string): unknown =>
    // what was emptied is told as that
    held[`has_${name}`] === false ? '' : held[name];
  return sent(node, (property) => node[property] ?? credential(property));
}

function sent(node: EditorNode, read: (property: string) => unknown): SentForm {
  const { defaults = {}, credentials = {} } = RED.nodes.getType(node.type) ?? {};
  return {
    id: node.id,
    z: (node['z'] as string | undefined) || undefined,
    fields: values(
      Object.keys(defaults).filter((property) => !LEFT_OUT.includes(property)),
      read,
    ),
    credentials: values(Object.keys(credentials), read),
  };
}

function values(
  names: readonly string[],
  read: (name: string) => unknown,
): Record<string, unknown> {
  const known = names.map((name) => [name, read(name)] as const);
  return Object.fromEntries(
    known
      // a select of config nodes answers `_ADD_` while nothing is chosen
      .map(([name, value]) => [name, value === '_ADD_' ? '' : value] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
}
