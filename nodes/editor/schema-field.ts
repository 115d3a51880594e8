/** The field in which a user pastes schemas: a code editor, whose text is looked at while it is typed. */
import { readPasted } from '../../src/events/schema-text';
import { quoted } from './quoted';
import type { CodeEditor, EditorNode, Validator } from './red';
import { isEnvironmentVariable } from './validators';

/** What can be said of schemas without compiling them; the rest is said at the deploy. */
export function schemas(prefix: string): Validator<EditorNode> {
  return function (value, _options) {
    const text = String(value ?? '');
    if (isEnvironmentVariable(text)) return true;
    const problems = readPasted(text, '').troubles.map(({ reason, detail, origin }) =>
      this._(`${prefix}-${reason}`, {
        detail: quoted(detail),
        name: quoted(origin.replace(/^, /, '')),
      }),
    );
    return problems.length === 0 || problems;
  };
}

/** Puts a code editor in the place of `elementId`; what is typed there goes into `field`, which is stored. */
export function openSchemaEditor(field: JQuery, elementId: string): void {
  const editor = RED.editor.createEditor({
    id: elementId,
    mode: 'ace/mode/json',
    value: String(field.val() ?? ''),
  });
  editor.getSession().on('change', () => {
    field.val(editor.getValue()).trigger('change');
  });
  field.data('editor', editor);
}

/** Whatever ends the form must end the code editor too. */
export function closeSchemaEditor(field: JQuery): void {
  const editor: CodeEditor | undefined = field.data('editor');
  editor?.destroy();
}
