/** The forms of the nodes for vehicles: from the palette to a deploy, and the same again after a reload. */
import assert from 'node:assert/strict';
import { config, type FlowNode, tab } from '../support/flow.js';
import { formStage } from '../support/form-stage.js';

const battery = 'state_of_charge_or_fuel_level_in_percent';

describe('the forms of the nodes for vehicles', function () {
  const stage = formStage(this);
  const { editor } = stage;
  this.timeout(120_000);

  /** Drops a node beside a store that is there already, chooses that, and leaves the form open. */
  async function dropped(type: string): Promise<{ id: string; store: string }> {
    const store: FlowNode = config('invers-store', {
      name: 'Fleet',
      backend: 'memory',
      maxEntries: 1_000,
      maxVehicles: 1_000,
      directory: '',
      url: '',
      prefix: '',
      tls: '',
    });
    await editor().show(tab([store]));
    const id = await editor().drop(type, 300, 200);
    await editor().openForm(id);
    await editor().field('store').selectOption(store.id);
    return { id, store: store.id };
  }

  async function deployed(id: string, ...names: string[]): Promise<Record<string, unknown>> {
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
    await stage.deploy();
    await editor().reload();
    return editor().properties(id, ...names);
  }

  it('invers-vehicle-state keeps which changes count, and where the state stands', async () => {
    const { id, store } = await dropped('invers-vehicle-state');
    await editor().field('watchNames').fill('ignition, central_lock');
    await editor().form.locator('.red-ui-typedInput-input').last().fill('payload.state');
    assert.deepEqual(await editor().problems(), []);
    assert.deepEqual(await deployed(id, 'store', 'watch', 'state', 'stateType'), {
      store,
      watch: ['ignition', 'central_lock'],
      state: 'payload.state',
      stateType: 'msg',
    });
    await editor().openForm(id);
    assert.equal(await editor().field('watchNames').inputValue(), 'ignition, central_lock');
    await editor().cancel();
  });

  it('invers-watch offers properties at a click, and by any word in their names', async () => {
    await dropped('invers-watch');
    const property = editor().form.locator('.invers-condition-property').last();
    const offered = () => editor().page.locator('.red-ui-menu:visible li').allInnerTexts();
    await property.click();
    assert.ok((await offered()).includes(battery));
    await property.pressSequentially('charge');
    assert.deepEqual(await offered(), [battery]);
    await editor().page.locator(`.red-ui-menu:visible >> text=${battery}`).click();
    assert.equal(await property.inputValue(), battery);
    await editor().cancel();
  });

  it('invers-watch says what is wrong with a condition, and keeps what is right', async () => {
    const { id, store } = await dropped('invers-watch');
    const { form } = editor();
    const field = (name: string) => form.locator(`.invers-condition-${name}`).last();
    await field('property').fill(battery);
    await field('value').fill('many');
    const [problem = ''] = await editor().problems();
    assert.match(problem, /^“many” is no number/);
    await field('value').fill('20');
    await form.locator('input.invers-condition-clear').last().fill('25');
    assert.deepEqual(await form.locator('.invers-condition-unit').allInnerTexts(), ['%', '%']);
    await form.getByText('add condition').click();
    await field('operator').selectOption('silent');
    await field('value').fill('60');
    assert.deepEqual(await editor().problems(), []);
    await editor().field('name').fill('Low battery');
    await editor().field('holdFor').fill('90');
    await editor().field('clearOutput').uncheck();
    const names = ['store', 'name', 'conditions', 'holdFor', 'clearOutput', 'outputs'];
    assert.deepEqual(await deployed(id, ...names), {
      store,
      name: 'Low battery',
      conditions: [
        { property: battery, operator: 'lt', value: '20', clear: '25' },
        { property: '', operator: 'silent', value: '60', clear: '' },
      ],
      holdFor: '90',
      clearOutput: false,
      outputs: 1,
    });
    await editor().openForm(id);
    assert.equal(await form.locator('.invers-condition').count(), 2);
    await editor().done();
    assert.equal((await editor().properties(id, 'outputs'))['outputs'], 1);
  });

  it('invers-vehicles keeps which vehicle is asked for, and how many are listed', async () => {
    const { id, store } = await dropped('invers-vehicles');
    await editor().form.locator('.red-ui-typedInput-input').last().fill('payload.car');
    await editor().field('limit').fill('0');
    assert.match((await editor().problems()).join(), /^“0” is not a number of vehicles/);
    await editor().field('limit').fill('50');
    assert.deepEqual(await deployed(id, 'store', 'vehicle', 'vehicleType', 'limit'), {
      store,
      vehicle: 'payload.car',
      vehicleType: 'msg',
      limit: '50',
    });
  });
});
