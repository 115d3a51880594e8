/** The buttons that try a form before it is deployed, and what came of it. */
import type { EditorNode } from '../red';
import { ask, reasonOf } from './ask';

/** What the endpoints answer; what works tells more, by endpoint. */
interface Answer {
  ok: boolean;
  code?: string;
  message?: string;
  [fact: string]: unknown;
}

export interface Trial {
  /** `test.<button>` in the catalogue is what stands on the button. */
  button: string;
  path: string;
  /** What is sent, or the key of a text that says what is still missing. */
  body: () => object | string;
  /** The key of the text below `test` that says that it works; the answer's facts stand in it. */
  fine: (answer: Answer) => string;
  /** What is shown below it, as text. */
  shown?: (answer: Answer) => string | undefined;
}

/** Puts the buttons into the form's row `<type>-test`. One test runs at a time. */
export function addTrial(node: EditorNode, trials: readonly Trial[]): void {
  const { type } = node;
  const text = (key: string, facts?: Record<string, string | number>): string =>
    node._(`${type}.${key}`, facts);
  const row = $(`#${type}-test`);
  const label = $('<span class="invers-label">').attr('id', `${type}-test-label`);
  label.append(
    '<i class="fa fa-stethoscope" aria-hidden="true"></i> ',
    document.createTextNode(text('label.test')),
  );
  const group = $('<div class="invers-buttons" role="group">');
  group.attr('aria-labelledby', `${type}-test-label`);
  const said = $('<div class="invers-hint" role="status" aria-live="polite">');
  said.text(text('hint.test'));
  const event = $('<pre class="invers-event" tabindex="0">').hide();
  event.attr('aria-labelledby', `${type}-test-label`);

  const say = (sentence: string, isProblem: boolean, shown = ''): void => {
    said.text(sentence).toggleClass('invers-problem', isProblem);
    event.text(shown).toggle(shown !== '');
  };
  const run = (trial: Trial): void => {
    const body = trial.body();
    if (typeof body === 'string') {
      say(text(body), true);
      return;
    }
    const buttons = group.children('button').prop('disabled', true);
    say(text('test.running'), false);
    ask<Answer>(trial.path, body).then(
      (answer) => {
        buttons.prop('disabled', false);
        if (answer.ok)
          say(text(`test.${trial.fine(answer)}`, factsOf(answer)), false, trial.shown?.(answer));
        else say(failure(answer), true);
      },
      (reason: unknown) => {
        buttons.prop('disabled', false);
        say(reasonOf(reason) ?? text('test.no-answer'), true);
      },
    );
  };
  for (const trial of trials) {
    const button = $('<button type="button" class="red-ui-button red-ui-button-small">');
    button.text(text(`test.${trial.button}`)).attr('data-test', trial.button);
    button.on('click', () => run(trial));
    group.append(button);
  }
  row.append(label, group, said, event);
}

/** What would stand under a topic, and the whole sentence. */
function failure({ code = '', message = '' }: Answer): string {
  const key = `invers-topic-in.status.${code}`;
  const status = RED.nodes.getType('invers-topic-in')?._?.(key) ?? key;
  return status === key ? message : `${status}: ${message}`;
}

function factsOf(answer: Answer): Record<string, number> {
  const numbers = Object.entries(answer).filter(([, fact]) => typeof fact === 'number');
  return Object.fromEntries(numbers) as Record<string, number>;
}
