/** What every form of ours promises: each field has a label and is described by its hint, numbers and choices are checked. */
import assert from 'node:assert/strict';
import { variable } from './browser.js';
import type { Properties } from './flow.js';
import type { FormStage } from './form-stage.js';

export interface FormContract {
  /** Opens the form of a node that is filled in, with these properties instead, and answers the node's id. */
  open(properties?: Properties): Promise<string>;
  /** Property and label of each field, in the form's order. */
  labels: [property: string, label: string][];
  /** The properties whose fields speak for themselves. */
  withoutHint: string[];
  /** What shows a number, what is no such number, what is one, and what the form says behind the wrong value. */
  numbers?: [
    property: string,
    shownIf: Properties,
    wrong: string[],
    right: string[],
    says: string,
  ][];
  /** Each select, with the texts of its options. */
  choices?: [property: string, options: string[]][];
}

/** To be called in a `describe`; `type` stands in the titles. */
export function formContract(type: string, stage: FormStage, contract: FormContract): void {
  const { open, labels, withoutHint, numbers = [], choices = [] } = contract;
  const { editor } = stage;

  it(`${type} ties each label to its field`, async () => {
    await open();
    const found = await editor()
      .form.locator('.form-row > label')
      .evaluateAll((elements) =>
        elements.map((label) => {
          const id = (label as HTMLLabelElement).htmlFor;
          const exists = document.getElementById(id) !== null;
          return [
            exists ? id.replace(/^node-(config-)?input-/, '') : id,
            label.textContent?.trim(),
          ];
        }),
      );
    assert.deepEqual(found, labels);
    const unnamed = await editor()
      .form.locator('.form-row :is(input, select):visible, .invers-route input:visible')
      .evaluateAll((inputs) =>
        inputs
          .filter((input) => {
            const other = document.getElementById(input.getAttribute('aria-labelledby') ?? '');
            const label = (input as HTMLInputElement).labels?.[0] ?? other;
            return !label?.textContent?.trim();
          })
          .map((input) => input.outerHTML),
      );
    assert.deepEqual(unnamed, []);
    await editor().cancel();
  });

  it(`${type} describes each field by its hint`, async () => {
    await open();
    const undescribed: string[] = [];
    for (const [property] of labels) {
      const by = await editor().field(property).getAttribute('aria-describedby');
      const hint = by && (await editor().form.locator(`#${by}`).textContent());
      if (!hint?.trim()) undescribed.push(property);
    }
    assert.deepEqual(undescribed, withoutHint);
    await editor().cancel();
  });

  for (const [property, shownIf, wrong, right, says] of numbers) {
    it(`${type} says what is wrong with ${property}, and takes an environment variable or nothing for it`, async () => {
      await open(shownIf);
      for (const value of wrong) {
        await editor().field(property).fill(value);
        assert.deepEqual(await editor().problems(), [`“${value}” ${says}`]);
        assert.equal(await editor().field(property).getAttribute('aria-invalid'), 'true');
      }
      for (const value of [...right, variable('NUMBER'), '']) {
        await editor().field(property).fill(value);
        assert.deepEqual(await editor().problems(), []);
        assert.equal(await editor().field(property).getAttribute('aria-invalid'), null);
      }
      // what nothing stands for is shown in grey, and is one of those that are named
      const shown = await editor().field(property).getAttribute('placeholder');
      assert.ok(shown && says.includes(`for example ${shown}.`), String(shown));
      await editor().cancel();
    });
  }

  for (const [property, options] of choices) {
    it(`${type} offers what ${property} can be, and keeps an environment variable for it`, async () => {
      const id = await open({ [property]: variable('CHOICE') });
      assert.deepEqual(await editor().field(property).locator('option').allInnerTexts(), [
        ...options,
        variable('CHOICE'),
      ]);
      assert.deepEqual(await editor().problems(), []);
      await editor().done();
      assert.deepEqual(await editor().properties(id, property), { [property]: variable('CHOICE') });
    });

    it(`${type} refuses any other ${property}, and takes the default where none is stored`, async () => {
      const id = await open({ [property]: 'mars' });
      assert.equal((await editor().problems()).length, 1);
      assert.match(String(await editor().validationErrors(id)), /“mars”/);
      await editor().cancel();
      await open({ [property]: undefined });
      const first = editor().field(property).locator('option:checked');
      assert.equal(await first.textContent(), options[0]);
      assert.deepEqual(await editor().problems(), []);
      await editor().cancel();
    });
  }
}
