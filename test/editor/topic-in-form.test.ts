/** The form of `invers-topic-in`, from the palette to the export. */

import assert from 'node:assert/strict';
import { type PageRed, variable } from '../support/browser.js';
import { config, consumer, debug, type FlowNode, source, tab, topicIn } from '../support/flow.js';
import { formContract } from '../support/form-contract.js';
import { formStage } from '../support/form-stage.js';
import { waitFor } from '../support/wait.js';

declare const RED: PageRed;

/** What an earlier version stored, and what it did not. */
const earlier = {
  acknowledge: 'delivery',
  order: undefined,
  deadline: undefined,
  maxAttempts: undefined,
  retryDelay: undefined,
  holdOnOutage: undefined,
  inputs: undefined,
  outputs: undefined,
};

describe('the form of invers-topic-in', function () {
  const stage = formStage(this);
  const { editor, nodeRed, open, deploy } = stage;

  formContract('invers-topic-in', stage, {
    open: openForm,
    labels: [
      ['name', 'Name'],
      ['consumer', 'Consumer'],
      ['queue', 'Queue'],
      ['topic', 'Topic'],
      ['prefetch', 'Prefetch'],
      ['validate', 'Check'],
      ['acknowledge', 'Acknowledge'],
      ['order', 'Order'],
      ['deadline', 'Deadline'],
      ['maxAttempts', 'Attempts'],
      ['retryDelay', 'Retry delay'],
      ['holdOnOutage', 'Wait when the flow fails at everything'],
      ['store', 'Parked in'],
      ['control', 'Add an input for control and an output for the status'],
    ],
    withoutHint: ['name'],
    numbers: [
      [
        'prefetch',
        {},
        ['0', '65536', '1.5', 'many'],
        ['1', '65535'],
        'is not a prefetch. Type a whole number from 1 to 65535, for example 50.',
      ],
      [
        'deadline',
        {},
        ['0', '1501'],
        ['1', '1500'],
        'is not a deadline. Type whole seconds from 1 to 1500, for example 300.',
      ],
      [
        'maxAttempts',
        { acknowledge: 'manual' },
        ['0', '1001', 'often'],
        ['1', '1000'],
        'is not a number of attempts. Type a whole number from 1 to 1000, for example 5.',
      ],
      [
        'retryDelay',
        {},
        ['0', '301', '0.5'],
        ['1', '300'],
        'is not a retry delay. Type whole seconds from 1 to 300, for example 5.',
      ],
    ],
    choices: [
      [
        'validate',
        ['envelope and data (recommended)', 'strict: refuse what is odd', 'envelope only'],
      ],
      [
        'acknowledge',
        [
          'when the flow has finished with the event (recommended)',
          'as soon as it was handed to the flow',
          'when an INVERS ack node says so',
        ],
      ],
      ['order', ['as they come from the queue', 'one event of a vehicle after the other']],
    ],
  });

  it('says of a node fresh from the palette what is still to be filled in', async () => {
    await editor().show(tab([]));
    const id = await editor().drop('invers-topic-in', 300, 200);
    await editor().openForm(id);
    assert.equal(await editor().field('acknowledge').inputValue(), 'completion');
    const problems = await editor().problems();
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /No consumer is chosen\. Choose one, or add one/);
    assert.match(problems[1] ?? '', /The queue’s name is empty\. Copy it from FleetControl/);
    await editor().cancel();
    assert.deepEqual(await editor().validationErrors(id), problems);
  });

  it('asks for deadline and attempts only where the flow is followed, and says what each way means', async () => {
    const id = await openForm({ acknowledge: 'completion', deadline: 'never' });
    const ways: [way: string, isFollowed: boolean, hint: RegExp, problems: number][] = [
      ['completion', true, /every node that got it has finished/, 1],
      ['delivery', false, /not finished when Node-RED stops is lost/, 0],
      ['manual', true, /to an ack node/, 1],
      ['delivery', false, /is lost/, 0],
    ];
    for (const [way, isFollowed, hint, problems] of ways) {
      await editor().field('acknowledge').selectOption(way);
      for (const name of ['order', 'deadline', 'maxAttempts', 'retryDelay']) {
        assert.equal(await editor().field(name).isVisible(), isFollowed, `${name}, ${way}`);
      }
      const shown = editor().form.locator('#invers-topic-in-acknowledge-hint');
      assert.match((await shown.textContent()) ?? '', hint);
      assert.equal((await editor().problems()).length, problems);
    }
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
  });

  it('takes a flow of an earlier version as it was: acknowledged at once', async () => {
    const id = await openWired({ control: undefined, ...earlier });
    assert.deepEqual(await editor().validationErrors(id), []);
    assert.deepEqual(await ports(id), { inputs: 0, outputs: 2, wires: [['events'], ['rest']] });
    await editor().openForm(id);
    assert.equal(await editor().field('acknowledge').inputValue(), 'delivery');
    assert.equal(await editor().field('deadline').isVisible(), false);
    await editor().done();
    const kept = [
      'acknowledge',
      'order',
      'deadline',
      'maxAttempts',
      'retryDelay',
      'holdOnOutage',
      'control',
    ];
    assert.deepEqual(await editor().properties(id, ...kept), {
      acknowledge: 'delivery',
      order: 'queue',
      deadline: '300',
      maxAttempts: '5',
      retryDelay: '5',
      holdOnOutage: true,
      control: false,
    });
    assert.deepEqual(await ports(id), { inputs: 0, outputs: 2, wires: [['events'], ['rest']] });
  });

  it('changes nothing when it is closed with Done as it was opened', async () => {
    for (const control of [false, true]) {
      const id = await openWired({ control });
      const before = await ports(id);
      await editor().openForm(id);
      await editor().done();
      assert.equal(await editor().page.evaluate(() => RED.nodes.dirty()), false);
      assert.deepEqual(await ports(id), before);
    }
  });

  it('gets an input and a third output with the control, and the wires of the events stay', async () => {
    const id = await openWired({ control: false });
    await editor().openForm(id);
    await editor().field('control').check();
    await editor().done();
    assert.deepEqual(await ports(id), { inputs: 1, outputs: 3, wires: [['events'], ['rest'], []] });
    assert.deepEqual(await editor().outputLabels(id), ['event', 'unusable event', 'status']);
    await editor().page.evaluate(() => RED.history.pop());
    assert.deepEqual(await ports(id), { inputs: 0, outputs: 2, wires: [['events'], ['rest']] });
  });

  it('loses both ports and their wires without the control, and gets them back when that is undone', async () => {
    const id = await openWired({ control: true });
    const withControl = { inputs: 1, outputs: 3, wires: [['events'], ['rest'], ['status']] };
    assert.deepEqual(await ports(id), withControl);
    assert.deepEqual(await editor().wires(await inject()), [['']]);
    await editor().openForm(id);
    await editor().field('control').uncheck();
    await editor().done();
    assert.deepEqual(await ports(id), { inputs: 0, outputs: 2, wires: [['events'], ['rest']] });
    assert.deepEqual(await editor().wires(await inject()), [[]]);
    await editor().page.evaluate(() => RED.history.pop());
    assert.deepEqual(await ports(id), withControl);
    assert.deepEqual(await editor().wires(await inject()), [['']]);
  });

  it('accepts environment variables as queue and topic', async () => {
    const id = await openForm();
    await editor().field('queue').fill(variable('QUEUE'));
    await editor().field('topic').fill(variable('TOPIC'));
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
  });

  it('tests a queue as it is typed, and shows the next event when it is asked to', async () => {
    const used = config('invers-consumer', {
      environment: 'sandbox',
      sandboxVehicles: 5,
      sandboxRate: 20,
      sandboxDuplicates: 0,
    });
    const node = topicIn({ consumer: used, queue: 'SmokeDetection' });
    await open(node, used);
    const row = editor().form.locator('#invers-topic-in-test');
    const event = row.locator('.invers-event');
    const says = async (button: string, sentence: RegExp) => {
      await row.getByRole('button', { name: button }).click();
      const said = row.locator('[role="status"]');
      await waitFor(async () => sentence.test((await said.textContent()) ?? ''));
    };
    await says('Test queue', /^The sandbox does not run yet: deploy this topic/);
    await editor().field('topic').fill('Smoke');
    await editor().done();
    await deploy();
    await nodeRed().waitForStatus(node.id, { fill: 'green' });

    await editor().openForm(node.id);
    await says('Test queue', /^It works: .* Events that wait: 0\. Readers just now: 1\.$/);
    await editor().field('queue').fill('VehicleStateRecorded');
    await waitFor(async () => {
      await says('Test queue', /^It works: .* Readers just now: 0\.$/);
      return !/wait: 0\./.test((await row.textContent()) ?? '');
    });
    assert.ok(await event.isHidden());
    await says('Look', /^The next event leaves by output 1 like this\. It is back in the queue/);
    const message = JSON.parse((await event.textContent()) ?? '');
    assert.deepEqual([message.topic, message.delivery.redelivered], ['Smoke', false]);
    await editor().picture('queue tested');
    await says('Look', /^The next event leaves/);
    await waitFor(
      async () => JSON.parse((await event.textContent()) || '{}').delivery?.redelivered,
    );
    await editor().field('queue').fill('Vehicle');
    await says('Test queue', /^no such queue: There is no such queue: compare its name/);
    assert.ok(await event.isHidden());
    await editor().cancel();
  });

  it('says when its consumer is gone, or is not filled in', async () => {
    const id = await openForm({ consumer: 'gone' });
    assert.match(String(await editor().validationErrors(id)), /“gone”.*is not there any more/);
    await editor().cancel();

    const broken = consumer({ port: 9, environment: 'invers', vhost: '' });
    const node = topicIn({ consumer: broken, queue: 'queue', d: true });
    await editor().show(tab([broken, node]));
    assert.match(String(await editor().validationErrors(node.id)), /not filled in correctly/);
    await editor().openForm(broken.id);
    await editor().field('vhost').fill('flt23');
    await editor().done();
    assert.deepEqual(await editor().validationErrors(node.id), []);
  });

  it('names its outputs, and itself after name, topic or queue', async () => {
    const id = await openForm({ queue: 'f-FLT23-q', topic: '' });
    await editor().cancel();
    assert.deepEqual(await editor().outputLabels(id), ['event', 'unusable event']);
    assert.equal(await editor().label(id), 'f-FLT23-q');
    for (const [field, value] of [
      ['topic', 'VehicleChange'],
      ['name', 'All changes'],
    ] as const) {
      await editor().openForm(id);
      await editor().field(field).fill(value);
      await editor().done();
      assert.equal(await editor().label(id), value);
    }
  });

  it('exports what was typed', async () => {
    const id = await openForm();
    await editor().field('name').fill('Vehicle states');
    await editor().field('queue').fill('queue-of-states');
    await editor().field('topic').fill('VehicleStateRecorded');
    await editor().field('prefetch').fill('200');
    await editor().field('acknowledge').selectOption('manual');
    await editor().field('deadline').fill('60');
    await editor().field('maxAttempts').fill('3');
    await editor().field('retryDelay').fill('10');
    await editor().field('control').check();
    await editor().done();
    const exported = (await editor().exportAll()).find((node) => node.id === id);
    const { consumer: used, x, y, z, ...rest } = exported as FlowNode;
    assert.ok(used && x && y && z);
    assert.deepEqual(rest, {
      id,
      type: 'invers-topic-in',
      d: true,
      name: 'Vehicle states',
      queue: 'queue-of-states',
      topic: 'VehicleStateRecorded',
      prefetch: '200',
      acknowledge: 'manual',
      order: 'queue',
      deadline: '60',
      maxAttempts: '3',
      retryDelay: '10',
      holdOnOutage: true,
      validate: 'schema',
      store: '',
      control: true,
      inputs: 1,
      outputs: 3,
      wires: [[], [], []],
    });
  });

  /** Opens the form of a node with these properties, and answers its id. */
  async function openForm(properties: Partial<FlowNode> = {}): Promise<string> {
    const used = consumer({ port: 9 });
    // disabled, so that nothing tries to connect
    const node = topicIn({ consumer: used, queue: 'queue', d: true, ...properties });
    return open(node, used);
  }

  /** A node with wires at all its ports, as saved with or without the control. */
  async function openWired({ control, ...properties }: Partial<FlowNode>): Promise<string> {
    const used = consumer({ port: 9 });
    const ends = ['events', 'rest', ...(control ? ['status'] : [])].map((name) => debug({ name }));
    const node = topicIn(
      {
        consumer: used,
        queue: 'queue',
        d: true,
        control,
        inputs: control ? 1 : 0,
        outputs: ends.length,
        ...properties,
      },
      ...ends.map((end) => [end]),
    );
    const actions = control ? [source([node])] : [];
    // as it is read from a file, where nothing stands for what is not stored
    await editor().show(JSON.parse(JSON.stringify(tab([used, node, ...ends, ...actions]))));
    return node.id;
  }

  async function ports(id: string) {
    return {
      ...(await editor().properties(id, 'inputs', 'outputs')),
      wires: await editor().wires(id),
    };
  }

  /** The id of the node that sends actions. */
  function inject(): Promise<string> {
    return editor().page.evaluate(() => RED.nodes.filterNodes({ type: 'inject' })[0]?.id ?? '');
  }
});
