/**
 * The recipes among the examples, as they are imported, on the sandbox, against services that refuse at first:
 * each has its effect, nothing is lost and nothing is told twice. All run side by side in one Node-RED. One line of
 * Node-RED is enough: what they are made of is tested on both.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openPage } from '../support/browser';
import { NodeRed } from '../support/node-red';
import { RefusingServer } from '../support/refusing-server';
import { waitFor } from '../support/wait';
import { MailServer, subjectOf } from './mail-server';
import { type Happened, happen, names, Recipe } from './recipe';

const packages = [
  '@flowfuse/node-red-dashboard',
  'node-red-contrib-influxdb',
  'node-red-node-email',
];
const numbers = [
  ...(['05', '06', '07', '08', '09', '10'] as const),
  ...(['11', '12', '13', '14', '15', '16'] as const),
];
type RecipeNumber = (typeof numbers)[number];

/** Those that tell each thing by one request. */
const telling = ['05', '06', '07', '10', '11', '12', '13'] as const;

const mayPass: readonly RecipeNumber[] = ['06', '11', '12'];
const comingAndGoing: readonly RecipeNumber[] = ['06', '10', '11'];

describe('the recipes', function () {
  this.timeout(180_000);
  let nodeRed: NodeRed;
  let server: RefusingServer;
  let mail: MailServer;
  let folder: string;
  let recipes: Record<RecipeNumber, Recipe>;
  const toWhom = new Map<RecipeNumber, Happened>();

  const { warn } = console;

  before(async () => {
    // InfluxDB's client says there what it is refused, as it is meant to be here
    console.warn = (...texts: unknown[]) => {
      if (!String(texts[0]).startsWith('WARN: Write to InfluxDB failed')) warn(...texts);
    };
    // where every event makes a row, some failures are enough: more would be an outage
    server = await RefusingServer.start({ '13': { count: 3 }, '14': { count: 3 } });
    mail = await MailServer.start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recipes-'));
    const each = numbers.map((number) => {
      const address = `http://127.0.0.1:${server.port}/${number}`;
      return [number, new Recipe(number, address)] as const;
    });
    recipes = Object.fromEntries(each) as typeof recipes;
    shorten();
    nodeRed = await NodeRed.start(packages);
    await nodeRed.deploy(Object.values(recipes).flatMap(({ nodes }) => nodes));
  });

  after(async () => {
    console.warn = warn;
    await nodeRed?.stop();
    await Promise.all([server?.stop(), mail?.stop()]);
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** What would take minutes or a day takes seconds, and what needs a folder has one of its own. */
  function shorten(): void {
    recipes['06'].set('invers-watch', { holdFor: 6 });
    // a vehicle that is not offline tells something every second
    recipes['11'].set('invers-consumer', { sandboxRate: 20 });
    replaceValue(recipes['11'], '10');
    replaceValue(recipes['12'], '0.3');
    for (const number of telling) nameOccasion(recipes[number]);
    recipes['15'].set('e-mail', { port: String(mail.port) });
    const file = recipes['08'].find('file');
    file['filename'] = `'${folder}/' & ${String(file['filename'])}`;
    // no folder can be made where a file stands
    fs.writeFileSync(path.join(folder, 'trips'), '');
  }

  const lets = async (number: RecipeNumber, happening: string) => {
    const happened = await happen(nodeRed.url, recipes[number], happening);
    toWhom.set(number, happened);
    return happened;
  };

  /** What the service of a recipe has taken about a vehicle. */
  const told = (number: RecipeNumber, happened: Happened, text = /./) =>
    server.taken(number, (body) => text.test(body) && names(body, happened));

  it('tell a chat that a battery is low, in a sentence', async () => {
    const happened = await lets('05', 'battery');
    const body = JSON.parse(await told('05', happened)) as object;
    assert.deepEqual(Object.keys(body), ['text']);
    assert.match(Object.values(body)[0] as string, /^\S.*: state of charge 19\.\d %, below 20 %$/);
  });

  it('tell a chat that a vehicle stands unlocked', async () => {
    const happened = await lets('06', 'unlocked');
    const body = await told('06', happened);
    assert.match(body, /central lock is UNLOCKED; driving enabled: no \(for 6 s\)/);
  });

  it('open a ticket for smoke, with the time and the event', async () => {
    const happened = await lets('07', 'smoke');
    const ticket = JSON.parse(await told('07', happened)) as Record<string, string>;
    assert.equal(ticket['vehicle'], happened.vehicle_id);
    assert.ok(names(ticket['title'] ?? '', happened));
    assert.ok(Date.parse(ticket['at'] ?? '') > 0 && ticket['event']);
  });

  it('tell a chat that a vehicle has left its area', async () => {
    const happened = await lets('10', 'outside');
    await told('10', happened, /: outside the area, at 5\d\.\d+, \d\.\d+/);
  });

  it('tell a chat that a vehicle is not heard of', async () => {
    const happened = await lets('11', 'offline');
    await told('11', happened, /: not heard of for 10 s/);
  });

  it('open a ticket for the workshop with each step of the mileage', async () => {
    const body = await server.taken('12', () => true);
    const ticket = JSON.parse(body) as Record<string, string | number>;
    assert.match(String(ticket['title']), /: mileage [\d,.]+ \S+, another 0\.3 /);
    assert.ok(Number(ticket['kilometres']) > 0 && ticket['vehicle']);
  });

  it('hand a database rows of plain values', async () => {
    const happened = await lets('13', 'battery');
    const row = JSON.parse(await told('13', happened, /19\.\d/)) as Record<string, unknown>;
    assert.equal(row['vehicle_id'], happened.vehicle_id);
    assert.equal(typeof row['lat'], 'number');
    assert.equal(row['lock'], 'UNLOCKED');
    const nested = Object.values(row).filter((value) => typeof value === 'object');
    assert.deepEqual(nested, []);
  });

  it('write points into InfluxDB, each of them always the same', async () => {
    const happened = await lets('14', 'battery');
    const ours = new RegExp(
      `^vehicle,.*vehicle=${happened.vehicle_id}.* .*percent=19\\.\\d.* \\d{13}$`,
      'm',
    );
    await server.taken('14', (body) => ours.test(body));
    const lost = () => {
      const accepted = new Set(linesOf(server.acceptedBy('14')));
      return linesOf(server.refusedBy('14')).filter((line) => !accepted.has(line));
    };
    await waitFor(() => lost().length === 0, { message: () => `all points: ${lost().join('\n')}` });
    assert.equal(server.refusedBy('14').length, 3);
  });

  it('send a mail, with the sentence as its subject', async () => {
    const happened = await lets('15', 'battery');
    const sent = await waitFor(() => mail.accepted.find((each) => names(each, happened)), {
      timeout: 90_000,
      message: () => `a mail; refused: ${mail.refused.join('\n')}`,
    });
    assert.match(subjectOf(sent), /state of charge 19\.\d %/);
    assert.match(sent, /^From: fleet@example\.com/m);
    assert.match(sent, /^To: you@example\.com/m);
    const subjects = mail.accepted.map(subjectOf);
    assert.deepEqual(subjects, [...new Set(subjects)]);
  });

  it('write each trip into a file, once, as soon as the file can be written', async () => {
    const first = await lets('08', 'unlocked');
    const { id } = recipes['08'].find('file');
    await nodeRed.waitForLog((entry) => entry.id === id && entry.level === 'error');
    const second = await lets('08', 'unlocked');
    fs.rmSync(path.join(folder, 'trips'));
    const lines = () =>
      fs
        .readdirSync(path.join(folder, 'trips'))
        .flatMap((name) => fs.readFileSync(path.join(folder, 'trips', name), 'utf8').split('\r\n'))
        .filter((line) => line !== '');
    for (const happened of [first, second]) {
      await waitFor(() => lines().find((line) => names(line, happened)), { timeout: 60_000 });
    }
    const columns = lines().map((line) => line.split(','));
    assert.deepEqual([...new Set(columns.map(({ length }) => length))], [8]);
    const events = columns.map((line) => line.at(-1));
    assert.deepEqual(events, [...new Set(events)]);
    assert.match(fs.readdirSync(path.join(folder, 'trips'))[0] ?? '', /^\d{4}-\d\d\.csv$/);
  });

  it('show all vehicles on a page, one of them as JSON, and nothing that a vehicle tells as HTML', async () => {
    const state = recipes['09'].find('invers-vehicle-state').id;
    const evil = { vehicle: { master_data: { license_plate: '<b>"&' } } };
    const occurred_at = new Date().toISOString();
    nodeRed.receive(state, {
      _msgid: '1',
      vehicle: { id: 'evil<i>' },
      metadata: { type: 'VehicleChanged', occurred_at },
      payload: evil,
    } as never);
    const happened = await lets('09', 'battery');
    const get = (address: string) => fetch(`${nodeRed.url}/vehicles${address}`);
    const known = await waitFor(async () => {
      const response = await get(`/${happened.vehicle_id}`);
      return response.ok && ((await response.json()) as { values: Record<string, unknown> });
    });
    assert.equal(typeof known.values['mileage_in_kilometers'], 'number');
    assert.equal((await get('/nobody')).status, 404);
    const page = await get('');
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const html = await page.text();
    assert.ok(html.includes(`>${happened.vehicle_id}</a>`));
    assert.ok(html.includes('&lt;b&gt;&quot;&amp;'));
    assert.ok(!html.includes('<b>') && !html.includes('<i>'));
  });

  it('show a table and a chart on a dashboard', async () => {
    const happened = await lets('16', 'battery');
    const page = await openPage();
    try {
      await page.goto(`${nodeRed.url}/dashboard/vehicles`);
      await page.locator('tr', { hasText: happened.vehicle_id }).waitFor();
      const row = page.locator('tr', { hasText: happened.vehicle_id });
      await row.getByText(happened.license_plate).waitFor();
      const heads = await page.locator('thead th').allTextContents();
      assert.deepEqual(
        heads.map((head) => head.trim()),
        ['Plate', 'Vehicle', 'Percent', 'Kilometres', 'Lock', 'Last heard of'],
      );
      // the chart draws itself where nothing can be read; what it was given stands at its node
      await page.locator('.nrdb-ui-chart canvas, .nrdb-ui-chart svg').first().waitFor();
    } finally {
      await page.close();
    }
  });

  it('have lost nothing in the end, and told nothing twice', async () => {
    for (const number of telling) {
      assert.ok(server.refusedBy(number).length > 0, number);
      // what was over before it could be told again need not be told, nor a step before the next one
      if (!mayPass.includes(number)) {
        await waitFor(() => server.lost(number).length === 0, {
          message: () => `${number} to tell ${JSON.stringify(server.lost(number))}`,
        });
      }
      // what comes and goes may come again, and is another occasion then
      const happened = comingAndGoing.includes(number) ? toWhom.get(number) : undefined;
      const twice = happened
        ? server.toldInARow(number, (body) => names(body, happened))
        : server.toldTwice(number);
      assert.deepEqual(twice, []);
    }
  });

  it('work without any service, by what stands in for one', async () => {
    const recipe = new Recipe('05', nodeRed.url);
    const shown = recipe.find('debug');
    shown['type'] = 'test-sink';
    await nodeRed.deploy([...recipe.nodes]);
    const happened = await happen(nodeRed.url, recipe, 'battery');
    const got = await nodeRed.sink(shown.id).waitFor(1);
    assert.ok(got.some(({ payload }) => names(JSON.stringify(payload), happened)));
  });
});

function replaceValue(recipe: Recipe, value: string): void {
  const watch = recipe.find('invers-watch');
  watch['conditions'] = (watch['conditions'] as object[]).map((one) => ({ ...one, value }));
}

/** A header says what the message is about: its text may be another at the next try, as the vehicle goes on. */
function nameOccasion(recipe: Recipe): void {
  const change = recipe.find('change');
  const occasions: Record<string, string> = {
    '07': 'metadata.id',
    '12': "payload.vehicle_id & ' ' & $floor(payload.values.mileage_in_kilometers / 0.3)",
    '13': 'metadata.id',
  };
  const occasion = occasions[recipe.number] ?? "payload.vehicle_id & ' ' & payload.state";
  const to = `{"x-occasion": ${occasion}}`;
  const header = { t: 'set', p: 'headers', pt: 'msg', to, tot: 'jsonata' };
  change['rules'] = [header, ...(change['rules'] as object[])];
}

function linesOf(bodies: readonly string[]): string[] {
  return bodies.flatMap((body) => body.split('\n')).filter((line) => line !== '');
}
