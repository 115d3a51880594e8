/** Checkboxes that hold more than yes or no: what is stored may be `${NAME}`, which saving the form must not lose. */
import { readSwitch } from '../settings/texts';
import type { EditorNode } from './red';

/** Where a box keeps the text that is stored for it. */
const STORED = 'invers-stored';

/** Shows what is stored: the default where that is nothing, and a text that says neither yes nor no beside the box. */
export function fillCheckbox(box: JQuery, stored: unknown, usual: boolean): void {
  const text = String(stored ?? '').trim();
  const choice = text === '' ? usual : readSwitch(text);
  if (choice !== undefined) {
    box.prop('checked', choice);
    return;
  }
  // what the variable says is not known here, so the box says neither, and what it would show is shown
  box.prop({ checked: true, indeterminate: true }).data(STORED, text);
  const note = $('<code class="invers-variable">')
    .text(text)
    .attr('id', `${box.attr('id')}-stored`);
  note.insertAfter(box.siblings('label'));
  box.one('click', () => setCheckbox(box, box.prop('checked') === true));
}

/** From now on it says that, whatever was stored. */
export function setCheckbox(box: JQuery, isChecked: boolean): void {
  box.prop({ checked: isChecked, indeterminate: false }).removeData(STORED);
  box.siblings('.invers-variable').remove();
}

/** Yes, no, or the text that is stored and that nobody has touched. */
export function checkboxValue(box: JQuery): boolean | string {
  return (box.data(STORED) as string | undefined) ?? box.prop('checked') === true;
}

/** To be called when the form is saved: a box that nobody has touched gives the editor its text, as any other input. */
export function saveCheckboxes(node: EditorNode, prefix: 'node-input' | 'node-config-input'): void {
  for (const property of Object.keys(RED.nodes.getType(node.type)?.defaults ?? {})) {
    const box = $(`#${prefix}-${property}`);
    const stored = box.data(STORED) as string | undefined;
    if (stored !== undefined) box.attr('type', 'hidden').val(stored);
  }
}
