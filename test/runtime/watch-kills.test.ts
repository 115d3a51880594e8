/**
 * A watch that tells a chat, through kills: each alert arrives, and twice at most what was on its way. With
 * INVERS_TEST_RUNS=3 five kills and 200 vehicles.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { effort } from '../support/effort';
import { Fleet } from '../support/fleet';
import {
  type FlowNode,
  node,
  type Properties,
  storeNode,
  tab,
  topicIn,
  watch,
} from '../support/flow';
import { NodeRedProcess } from '../support/node-red-process';
import { Redis } from '../support/redis';
import { statePublished } from '../support/state-events';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';
const KILLS = Math.min(5, effort(2));
const VEHICLES = Array.from({ length: Math.min(200, effort(100)) }, (_, index) => `v${index}`);
/** So many are on their way at most when one is killed. */
const PREFETCH = 20;
const battery = 'state_of_charge_or_fuel_level_in_percent';

/** What of an alert tells it from others. */
const nameOf = ({ vehicle_id, watch: name, state, since }: Record<string, string>) =>
  `${vehicle_id} ${name} ${state} ${since}`;

/** Refuses each third message, and remembers the others. */
class Chat {
  readonly arrived: string[] = [];
  #asked = 0;
  readonly #server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      this.#asked += 1;
      response.statusCode = this.#asked % 3 === 0 ? 503 : 200;
      if (response.statusCode === 200) this.arrived.push(nameOf(JSON.parse(body)));
      response.end();
    });
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The words of one watch about one vehicle, without what came again. */
  wordsOf(vehicle: string, name: string): string[] {
    const own = new Set(this.arrived.filter((text) => text.startsWith(`${vehicle} ${name} `)));
    return [...own].map((text) => text.split(' ')[2] ?? '');
  }

  get repeated(): number {
    return this.arrived.length - new Set(this.arrived).size;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('a watch that tells a chat, through kills', function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let chat: Chat;
  let url: string;
  let directory: string;
  let running: NodeRedProcess[];
  let count = 0;

  beforeEach(async () => {
    fleet = await Fleet.create();
    await fleet.subscribe(queue);
    chat = new Chat();
    url = await chat.listen();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'watch-'));
    running = [];
  });
  afterEach(async () => {
    for (const process of running) await process.dispose();
    chat.close();
    await fleet.dispose();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  /** topic in → watches → http request → switch: a status of 400 and more → ack with retry. */
  function flowOf(store: FlowNode): FlowNode[] {
    const retry = node('invers-ack', { outcome: 'retry' }, []);
    const look = node(
      'switch',
      {
        property: 'statusCode',
        propertyType: 'msg',
        rules: [{ t: 'gte', v: '400', vt: 'num' }],
        checkall: 'true',
        outputs: 1,
      },
      [retry],
    );
    const tell = node('http request', { method: 'POST', ret: 'txt', url, persist: true }, [look]);
    const watchOf = (name: string, properties: Properties) =>
      watch({ name, store: store.id, ...properties }, [tell], [tell]);
    const low = watchOf('Low', {
      conditions: [{ property: battery, operator: 'lt', value: '20', clear: '25' }],
    });
    const open = watchOf('Open', {
      conditions: [{ property: 'central_lock', operator: 'eq', value: 'UNLOCKED', clear: '' }],
      holdFor: 10,
    });
    const consumer = fleet.consumer();
    // a chat that refuses some is no outage here, and none is to be given up
    const settings = {
      ...{ consumer, queue, prefetch: PREFETCH },
      ...{ retryDelay: 1, holdOnOutage: false, maxAttempts: 50 },
    };
    const topic = topicIn(settings, [low, open], []);
    return tab([consumer, topic, store, low, open, tell, look, retry]);
  }
  async function start(flow: FlowNode[]): Promise<NodeRedProcess> {
    const process = await NodeRedProcess.start(flow);
    running.push(process);
    return process;
  }
  const publish = (vehicles: readonly string[], at: number, properties: Properties) =>
    fleet.publish(
      queue,
      vehicles.map((vehicle) => statePublished(count++, vehicle, at, properties, Date.now())),
    );

  /** All batteries run low and are charged, by turns; while that is told, processes are killed in turn. */
  async function killWhileTelling(
    processes: readonly NodeRedProcess[],
    kills: number,
  ): Promise<void> {
    const expected: string[] = [];
    const haveArrived = () =>
      VEHICLES.every((vehicle) => chat.wordsOf(vehicle, 'Low').length >= expected.length);
    for (let round = 0; round < Math.max(2, kills); round++) {
      const isLow = round % 2 === 0;
      expected.push(isLow ? 'raised' : 'cleared');
      await publish(VEHICLES, round, { [battery]: isLow ? 10 : 80 });
      await fleet.waitForQueue(queue, ({ unacked }) => unacked > 0);
      if (round < kills) {
        const killed = processes[round % processes.length] ?? assert.fail();
        await killed.kill();
        await killed.start();
      }
      await fleet.drained(queue, 120_000);
      // what an event did not bring home the clock does
      await waitFor(haveArrived, {
        timeout: 60_000,
        message: `all that was said in round ${round}`,
      });
    }
    for (const vehicle of VEHICLES) {
      assert.deepEqual(chat.wordsOf(vehicle, 'Low'), expected, `of ${vehicle}`);
    }
    const onTheirWay = kills * PREFETCH;
    assert.ok(chat.repeated <= onTheirWay, `${chat.repeated} again, ${onTheirWay} on their way`);
  }

  it('loses none and says none twice but what was on its way, with files', async () => {
    const flow = flowOf(storeNode({ backend: 'file', directory }));
    await killWhileTelling([await start(flow)], KILLS);
  });

  it('does the same for two Node-REDs on one queue with Redis, of which one goes on for the other', async () => {
    const redis = await Redis.start();
    try {
      const flow = flowOf(storeNode({ backend: 'redis', url: redis.url }));
      const processes = await Promise.all([start(flow), start(flow)]);
      await killWhileTelling(processes, KILLS - 1);
      // each of them would look after those of which it has heard
      const vehicles = VEHICLES.slice(0, 20);
      await publish(vehicles, 0, { central_lock: 'UNLOCKED' });
      await fleet.drained(queue);
      // the last one, after which nobody starts it again
      await processes[1]?.kill();
      await waitFor(() => vehicles.every((vehicle) => chat.wordsOf(vehicle, 'Open').length > 0), {
        timeout: 120_000,
        message: () => `all to be open: ${chat.arrived.filter((text) => text.includes('Open'))}`,
      });
      for (const vehicle of vehicles) assert.deepEqual(chat.wordsOf(vehicle, 'Open'), ['raised']);
    } finally {
      for (const process of running) await process.kill();
      await redis.dispose();
    }
  });
});
