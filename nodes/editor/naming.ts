/**
 * What nodes with an input are called, and how each of them says which store it needs: the same for all. Category,
 * colour, icon and ports stand in each form, because the flow library reads them there without running it.
 */
import type { EditorNode, PropertyDefinition } from './red';
import { configNode } from './validators';

type NamedNode = EditorNode & { readonly name?: string };

/** A node that is called by its name where it has one, and else by what it is. */
export function naming(type: string) {
  return {
    paletteLabel(this: EditorNode) {
      return this._(`${type}.palette`);
    },
    label(this: NamedNode) {
      return this.name || this._(`${type}.default-name`);
    },
    labelStyle(this: NamedNode) {
      return this.name ? 'red-ui-flow-node-label-italic' : '';
    },
  };
}

/** The property of a node that cannot do without an `invers-store`. */
export function neededStore(type: string): PropertyDefinition<EditorNode> {
  return {
    value: '',
    type: 'invers-store',
    validate: configNode({
      missing: `${type}.problem.no-store`,
      gone: `${type}.problem.store-gone`,
      invalid: `${type}.problem.store-invalid`,
    }),
  };
}
