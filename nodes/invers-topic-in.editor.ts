/** The form of `invers-topic-in`: which queue of which consumer. */
import { prepareForm, showProblems } from './editor/form';
import { configNode, number, text } from './editor/validators';

interface TopicInProperties {
  name: string;
  consumer: string;
  queue: string;
  topic: string;
  prefetch: number | string;
  acknowledge: string;
  validate: string;
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
      validate: text('invers-topic-in.problem.queue'),
    },
    topic: { value: '' },
    prefetch: {
      value: 50,
      validate: number({ min: 1, max: 65535 }, 'invers-topic-in.problem.prefetch'),
    },
    // Stored so that a flow keeps what it was built for; there is only one choice of each, hence no field.
    acknowledge: { value: 'delivery' },
    validate: { value: 'envelope' },
  },
  inputs: 0,
  outputs: 2,
  outputLabels(index) {
    return this._(`invers-topic-in.output.${index === 0 ? 'event' : 'unusable'}`);
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
    // The topic is called like its queue unless the user says otherwise.
    const queue = $('#node-input-queue');
    const topic = $('#node-input-topic');
    const placeholder = topic.attr('placeholder') ?? '';
    queue.on('input change', () => {
      topic.attr('placeholder', String(queue.val() || placeholder));
    });
    showProblems(this, 'node-input');
  },
});
