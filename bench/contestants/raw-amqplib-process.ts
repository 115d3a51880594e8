/** The program of the contestant raw amqplib, with the socket options that the package uses too. */
import { connect } from 'amqplib';
import { endWithTheBenchmark, jobFromEnvironment, Meter } from '../meter';

async function main(): Promise<void> {
  const job = jobFromEnvironment();
  const meter = new Meter(job);
  const { port, username, password } = job;
  const connection = await connect(
    {
      hostname: '127.0.0.1',
      port,
      username,
      password,
      vhost: encodeURIComponent(job.vhost),
      heartbeat: 30,
    },
    { noDelay: true, keepAlive: true },
  );
  const channel = await connection.createChannel();
  await channel.prefetch(job.prefetch);
  await channel.consume(job.queue, (message) => {
    if (!message) throw new Error('The broker cancelled the consumer.');
    channel.ack(message);
    meter.count();
  });
  process.once('SIGTERM', () => {
    connection.close().then(() => process.exit(0), fail);
  });
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

endWithTheBenchmark();
main().catch(fail);
