/** How fast the sandbox is: events per second from the simulated fleet, over a socket, to a consumer that acknowledges each. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { connect } from 'amqplib';
import { FLEET_QUEUES } from '../src/sandbox/fleet/fleet';

const command = require.resolve('../src/sandbox/cli');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '10000' },
      vehicles: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '10' },
    },
  });
  const { rate, vehicles } = values;
  const args = ['--port', '0', '--rate', rate, '--vehicles', vehicles];
  const sandbox = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await addressIn(sandbox.stdout);
    const measured = await consume(url, Number(values.seconds));
    console.log(
      `Node.js ${process.versions.node}: ${vehicles} vehicles, asked for ${rate} events/s, ${measured.rate.toFixed(0)} came each second; ` +
        `the consumer took ${measured.cpu.toFixed(1)} µs of CPU for each`,
    );
  } finally {
    sandbox.kill();
  }
}

async function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  let printed = '';
  for await (const text of output) {
    printed += String(text);
    const url = /amqp:\S+/.exec(printed)?.[0];
    if (url) return url;
  }
  throw new Error(`The sandbox did not start: ${printed}`);
}

/** What came in that many seconds, after one to warm up. */
async function consume(url: string, seconds: number) {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(1_000);
  let count = 0;
  for (const queue of FLEET_QUEUES) {
    await channel.consume(queue, (message) => {
      if (!message) return;
      count += 1;
      channel.ack(message);
    });
  }
  await pause(1_000);
  const [countBefore, cpuBefore, begin] = [count, process.cpuUsage(), performance.now()];
  await pause(seconds * 1_000);
  const elapsed = (performance.now() - begin) / 1_000;
  const events = count - countBefore;
  const { user, system } = process.cpuUsage(cpuBefore);
  await connection.close();
  return { rate: events / elapsed, cpu: (user + system) / events };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
