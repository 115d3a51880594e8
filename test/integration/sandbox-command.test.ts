/** `invers-sandbox` on the command line: it says how to connect, serves any client, and ends when told to. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connect } from 'amqplib';
import { FLEET_QUEUES } from '../../src/sandbox/fleet/fleet';
import { isListening } from '../support/ports';
import { waitFor } from '../support/wait';

const cli = require.resolve('../../src/sandbox/cli');

describe('the command invers-sandbox', function () {
  this.timeout(120_000);
  const running: ChildProcess[] = [];

  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });

  const run = (...args: string[]) => runWith({}, ...args);

  function runWith(env: Record<string, string>, ...args: string[]) {
    const child = spawn(process.execPath, [cli, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.push(child);
    const printed = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.err += text;
    });
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, printed, ended };
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints how to connect, sends events, and ends cleanly on ${signal}`, async () => {
      const args = ['--port', '0', '--rate', '200', '--user', 'me'];
      const { child, printed, ended } = run(...args, '--password', 'p@ss/word');
      const url = await waitFor(() => /amqp:\/\/\S+/.exec(printed.out)?.[0], {
        message: () => `an address, but it printed ${printed.out}${printed.err}`,
      });
      assert.match(printed.out, /user {10}me\n {2}password {6}p@ss\/word\n/);
      assert.match(
        printed.out,
        /queues .* VehicleStateRecorded, VehicleChange, Trip \(v2\), Smoke/,
      );

      const connection = await connect(url);
      const closed = once(connection, 'close');
      const channel = await connection.createChannel();
      for (const queue of FLEET_QUEUES) await channel.checkQueue(queue);
      const message = await waitFor(() => channel.get('VehicleStateRecorded'), {
        message: 'an event',
      });
      const { metadata } = JSON.parse(String(message.content)) as { metadata: { id: string } };
      assert.equal(message.properties.messageId, metadata.id);
      child.kill(signal);
      assert.match(String((await closed)[0]), /CONNECTION_FORCED - .*'shutdown'/);
      assert.equal(await ended, 0);
      assert.equal(await isListening(Number(new URL(url).port)), false);
      assert.equal(printed.err, '');
    });
  }

  const urlOf = (printed: { out: string; err: string }) =>
    waitFor(() => /amqp:\/\/\S+/.exec(printed.out)?.[0], {
      message: () => `an address, but it printed ${printed.out}${printed.err}`,
    });

  it('makes up a password that nobody can guess, unless one is given', async () => {
    const [one, other] = [run('--port', '0'), run('--port', '0')];
    const urls = [new URL(await urlOf(one.printed)), new URL(await urlOf(other.printed))];
    const [first = '', second = ''] = urls.map(({ password }) => password);
    assert.ok(first.length >= 16 && first !== second, `${first} ${second}`);
    await (await connect(String(urls[0]))).close();
    const guessed = new URL(String(urls[0]));
    guessed.password = 'sandbox';
    await assert.rejects(connect(String(guessed)), /ACCESS.REFUSED|403/);
  });

  it('takes a password from a file or a variable, where no list of processes shows it', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-')), 'password');
    fs.writeFileSync(file, 'from a file\n');
    try {
      for (const [args, env, password] of [
        [['--password-file', file], {}, 'from a file'],
        [[], { INVERS_SANDBOX_PASSWORD: 'from a variable' }, 'from a variable'],
        [['--password-file', file], { INVERS_SANDBOX_PASSWORD: 'other' }, 'from a file'],
      ] as const) {
        const { child, printed } = runWith(env, '--port', '0', ...args);
        const url = await urlOf(printed);
        assert.equal(decodeURIComponent(new URL(url).password), password);
        await (await connect(url)).close();
        child.kill();
      }
    } finally {
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  });

  it('lets happen what is typed, says to whom, and goes on when nothing more can be typed', async () => {
    const { child, printed, ended } = run('--port', '0', '--rate', '0.02');
    const url = await waitFor(() => /amqp:\/\/\S+/.exec(printed.out)?.[0]);
    assert.match(printed.out, /\n {2}battery .* falls below 20 percent\n {2}smoke /);
    assert.match(printed.out, /area {10}6 km around 50\.9375, 6\.9603\n/);
    child.stdin.write('\nfly\n Smoke \n');
    const [, vehicle] = await waitFor(() =>
      /(SB\w{3}) \(SBX-.*\): somebody smokes/.exec(printed.out),
    );
    assert.match(printed.out, /Type one of these: battery, smoke, unlocked, .*\n/);
    child.stdin.end();
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const message = await waitFor(() => channel.get('SmokeDetection'), { message: 'smoke' });
    const { metadata, data } = JSON.parse(String(message.content)) as {
      metadata: { type: string };
      data: { vehicle_id: string };
    };
    assert.deepEqual([metadata.type, data.vehicle_id], ['SmokeDetected', vehicle]);
    const closed = once(connection, 'close');
    child.kill('SIGTERM');
    await closed;
    assert.equal(await ended, 0);
    assert.equal(printed.err, '');
  });

  it('says that the port is taken', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    try {
      const { printed, ended } = run('--port', String(port));
      assert.equal(await ended, 1);
      assert.equal(
        printed.err,
        `Port ${port} is taken by another program: choose another with --port, or --port 0 for any that is free.\n`,
      );
    } finally {
      server.close();
    }
  });

  it('says what is wrong with an option', async () => {
    const mistakes: [string[], RegExp][] = [
      [['--port', 'x'], /^--port is "x": give a whole number from 0 to 65535\.\n$/],
      [['--vehicles', '2.5'], /^--vehicles is "2\.5": give a whole number from 1 to 10000\.\n$/],
      [['--rate', '0'], /^--rate is "0": give a number from 0\.02 to 10000\.\n$/],
      [['--duplicates', '101'], /^--duplicates is "101": give a number from 0 to 100\.\n$/],
      [['--password-file', '/nowhere'], /^--password-file cannot be read: ENOENT/],
      [['--user', ''], /^--user is empty: give a text\.\n$/],
      [['--speed', '1'], /'--speed'[\s\S]*Usage: invers-sandbox/],
    ];
    const outcomes = mistakes.map(async ([args, message]) => {
      const { printed, ended } = run(...args);
      assert.equal(await ended, 2);
      assert.match(printed.err, message);
      assert.equal(printed.out, '');
    });
    await Promise.all(outcomes);
  });

  it('explains itself', async () => {
    const { printed, ended } = run('--help');
    assert.equal(await ended, 0);
    for (const option of 'port vehicles rate duplicates seed user password password-file help'.split(
      ' ',
    )) {
      assert.match(printed.out, new RegExp(`--${option} `));
    }
  });
});
