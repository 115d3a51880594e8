/** The buttons that let something happen in the sandbox now, and what came of it. */
import { HAPPENINGS } from '../../settings/limits';
import type { EditorNode } from '../red';
import { ask, reasonOf } from './ask';

/** What the endpoint answers. */
interface Answer {
  vehicle_id: string;
  license_plate: string;
}

/** Puts a button for each into the row. They reach the sandbox that is deployed, whatever the form shows. */
export function addHappenings(row: JQuery, node: EditorNode): void {
  const text = (key: string, values?: Record<string, string>): string =>
    node._(`invers-consumer.${key}`, values);
  const label = $('<span class="invers-label">').attr('id', 'invers-consumer-happenings-label');
  label.append(
    '<i class="fa fa-bolt" aria-hidden="true"></i> ',
    document.createTextNode(text('label.happenings')),
  );
  const buttons = $('<div class="invers-buttons" role="group">');
  buttons.attr('aria-labelledby', 'invers-consumer-happenings-label');
  const said = $('<div class="invers-hint" role="status">').text(text('hint.happenings'));
  for (const happening of HAPPENINGS) {
    const button = $('<button type="button" class="red-ui-button red-ui-button-small">');
    button.text(text(`button.${happening}`)).attr('data-happening', happening);
    button.on('click', () => {
      button.prop('disabled', true);
      ask<Answer>('sandbox/happen', { consumer: node.id, happening }).then(
        ({ vehicle_id: id, license_plate: plate }) => {
          said.text(text(`happened.${happening}`, { id, plate })).removeClass('invers-problem');
          button.prop('disabled', false);
        },
        (failure: unknown) => {
          said.text(reasonOf(failure) ?? text('problem.happening')).addClass('invers-problem');
          button.prop('disabled', false);
        },
      );
    });
    buttons.append(button);
  }
  row.append(label, buttons, said);
}
