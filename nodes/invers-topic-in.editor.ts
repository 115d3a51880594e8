/** The form of `invers-topic-in`: which queue of which consumer, and what becomes of its events. */
import { TOPIC_NAMES } from '../src/events/catalogue';
import { saveCheckboxes } from './editor/checkboxes';
import {
  explainChoice,
  fillInDefaults,
  keepStoredChoice,
  prepareForm,
  showProblems,
} from './editor/form';
import { offerNames } from './editor/names';
import { FIRST_NEW_KEY, portMap } from './editor/ports';
import type { EditorNode } from './editor/red';
import { heldForm, openForm } from './editor/server/sent-form';
import { addTrial } from './editor/server/trial';
import { otherReader } from './editor/shared-queue';
import {
  brokerName,
  chosen,
  configNode,
  each,
  number,
  oneOf,
  onlyIf,
  text,
} from './editor/validators';
import { type NumberLimits, SANDBOX_QUEUES, TOPIC_IN } from './settings/limits';

/** Event and unusable event; the third, with the status, comes and goes with `control`. */
const EVENT_OUTPUTS = 2;

interface TopicInProperties {
  name: string;
  consumer: string;
  queue: string;
  topic: string;
  prefetch: number | string;
  acknowledge: string;
  order: string;
  deadline: number | string;
  maxAttempts: number | string;
  retryDelay: number | string;
  holdOnOutage: boolean;
  validate: string;
  store: string;
  control: boolean;
  inputs: number;
  outputs: number;
}

/** All but `delivery` wait for the flow, and can try again. */
function followsFlow(node: EditorNode): boolean {
  return chosen(node, 'acknowledge', TOPIC_IN.acknowledge) !== 'delivery';
}

/** For a number that matters only while the flow is followed. */
function followed(limits: NumberLimits, message: string) {
  return onlyIf<EditorNode>(followsFlow, number(limits, message));
}

RED.nodes.registerType<TopicInProperties>('invers-topic-in', {
  category: 'INVERS',
  color: '#8FBBC2',
  defaults: {
    name: { value: '' },
    consumer: {
      value: '',
      type: 'invers-consumer',
      validate: configNode({
        missing: 'invers-topic-in.problem.no-consumer',
        gone: 'invers-topic-in.problem.consumer-gone',
        invalid: 'invers-topic-in.problem.consumer-invalid',
      }),
    },
    queue: {
      value: '',
      validate: each(
        text('invers-topic-in.problem.queue'),
        brokerName('invers-topic-in.problem.queue-too-long'),
      ),
    },
    topic: { value: '' },
    prefetch: {
      value: 50,
      validate: number(TOPIC_IN.prefetch, 'invers-topic-in.problem.prefetch'),
    },
    acknowledge: {
      value: 'completion',
      validate: oneOf(TOPIC_IN.acknowledge, 'invers-topic-in.problem.acknowledge'),
    },
    order: {
      value: 'queue',
      validate: onlyIf(followsFlow, oneOf(TOPIC_IN.order, 'invers-topic-in.problem.order')),
    },
    deadline: {
      value: 300,
      validate: followed(TOPIC_IN.deadline, 'invers-topic-in.problem.deadline'),
    },
    maxAttempts: {
      value: 5,
      validate: followed(TOPIC_IN.maxAttempts, 'invers-topic-in.problem.attempts'),
    },
    retryDelay: {
      value: 5,
      validate: followed(TOPIC_IN.retryDelay, 'invers-topic-in.problem.retry-delay'),
    },
    holdOnOutage: { value: true },
    validate: {
      value: 'schema',
      validate: oneOf(TOPIC_IN.validate, 'invers-topic-in.problem.validate'),
    },
    store: {
      value: '',
      type: 'invers-store',
      required: false,
    },
    control: { value: false },
    // The editor draws as many ports as stand here; they follow `control`.
    inputs: { value: 0 },
    outputs: { value: 2 },
  },
  inputs: 0,
  outputs: 2,
  inputLabels() {
    return this._('invers-topic-in.input.control');
  },
  outputLabels(index) {
    const output = ['event', 'unusable', 'status'][index];
    return output && this._(`invers-topic-in.output.${output}`);
  },
  icon: 'invers-topic-in.svg',
  align: 'left',
  paletteLabel() {
    return this._('invers-topic-in.palette');
  },
  label() {
    return this.name || this.topic || this.queue || this._('invers-topic-in.default-name');
  },
  labelStyle() {
    return this.name ? 'red-ui-flow-node-label-italic' : '';
  },
  oneditprepare() {
    prepareForm($('#node-input-name'));
    fillInDefaults(this, 'node-input');
    // The topic is called like its queue unless the user says otherwise.
    const queue = $('#node-input-queue');
    const topic = $('#node-input-topic');
    queue.on('input change', () => {
      const example = this._('invers-topic-in.placeholder.topic');
      topic.attr('placeholder', String(queue.val() || example));
    });

    const consumer = $('#node-input-consumer');
    const showShared = (): void => {
      const name = otherReader(this.id, String(consumer.val() ?? ''), String(queue.val() ?? ''));
      const text = name === undefined ? '' : this._('invers-topic-in.warning.shared', { name });
      $('#invers-topic-in-shared')
        .text(text)
        .toggle(name !== undefined);
    };
    consumer.on('change', showShared);
    queue.on('input change', showShared);
    showShared();

    offerNames(topic, TOPIC_NAMES);
    offerNames(queue, () => (isSandbox(String(consumer.val() ?? '')) ? SANDBOX_QUEUES : []));

    keepStoredChoice($('#node-input-validate'), this.validate);
    keepStoredChoice($('#node-input-order'), this.order);
    const acknowledge = $('#node-input-acknowledge');
    keepStoredChoice(acknowledge, this.acknowledge);
    const { choices } = TOPIC_IN.acknowledge;
    explainChoice(acknowledge, choices, 'invers-topic-in.hint.acknowledge', this._);
    const showFollowed = (): void => {
      $('#invers-topic-in-followed').toggle(followsFlow(this));
    };
    acknowledge.on('change', showFollowed);
    showFollowed();

    const { outputs } = this;
    const control = $('#node-input-control');
    control.on('change', () => {
      writePorts(control.prop('checked') === true, outputs);
    });
    control.trigger('change');
    const tryQueue = (look: boolean) => {
      const used = RED.nodes.node(String(consumer.val() ?? ''));
      return used
        ? { consumer: heldForm(used), topic: openForm(this), look }
        : 'problem.no-consumer';
    };
    addTrial(this, [
      {
        button: 'queue',
        path: 'test/queue',
        body: () => tryQueue(false),
        fine: ({ sandbox }) => (sandbox === undefined ? 'waiting' : 'sandbox'),
      },
      {
        button: 'look',
        path: 'test/queue',
        body: () => tryQueue(true),
        fine: lookedAt,
        shown: ({ event }) => (event as { message: string } | null | undefined)?.message,
      },
    ]);
    showProblems(this, 'node-input');
  },
  oneditsave() {
    saveCheckboxes(this, 'node-input');
  },
});

/** Its queues are known; those of INVERS only FleetControl shows. */
function isSandbox(consumer: string): boolean {
  return RED.nodes.node(consumer)?.['environment'] === 'sandbox';
}

/** The text that says what came of a look at the queue's next event. */
function lookedAt({ sandbox, hidden, event }: Record<string, unknown>): string {
  if (sandbox !== undefined) return 'sandbox';
  if (hidden === true) return 'hidden';
  if (!event) return 'empty';
  return (event as { output: number }).output === 1 ? 'event' : 'unusable';
}

/** Tells the editor which ports the node gets; wires of the ports that stay, stay. */
function writePorts(hasControl: boolean, outputsBefore: number): void {
  const keys = [0, 1];
  if (hasControl) keys.push(outputsBefore > EVENT_OUTPUTS ? EVENT_OUTPUTS : FIRST_NEW_KEY);
  $('#node-input-inputs').val(hasControl ? 1 : 0);
  $('#node-input-outputs').val(JSON.stringify(portMap(outputsBefore, keys)));
}
