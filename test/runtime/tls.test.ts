/** Connections over TLS: verified by default, with certificates from a tls-config node, refused with the reason. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import { Fleet } from '../support/fleet';
import { config, type FlowNode, type Properties, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { RabbitMq } from '../support/rabbitmq';
import { setStage } from '../support/stage';

const GREEN = { fill: 'green', shape: 'dot' } as const;
const WITHIN = 45_000;
const queue = 'fleet.states';

describe('connecting with TLS', function () {
  this.timeout(120_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  beforeEach(() => fleet.publish(queue, eventMessages(0, 3)));
  afterEach(() => fleet.broker.presentCertificate('server'));

  /** A core tls-config node as its form saves it. */
  function tlsConfig(
    credentials: Record<string, string> = {},
    properties: Properties = {},
  ): FlowNode {
    return config('tls-config', {
      cert: '',
      key: '',
      ca: '',
      certname: '',
      keyname: '',
      caname: '',
      servername: '',
      verifyservercert: true,
      alpnprotocol: '',
      credentials: { certdata: '', keydata: '', cadata: '', passphrase: '', ...credentials },
      ...properties,
    });
  }

  async function deployFlow(of: Fleet, tls: FlowNode | undefined, properties: Properties = {}) {
    const consumer = of.consumer({
      host: 'localhost',
      port: of.broker.tlsPort,
      useTls: true,
      tls: tls?.id ?? '',
      ...properties,
    });
    const events = sink();
    const topic = topicIn({ consumer, queue }, [events], []);
    await nodeRed.deploy(tab([...(tls ? [tls] : []), consumer, topic, events]));
    return { topic, events };
  }

  it('accepts a certificate of the CA in the tls-config node', async () => {
    const { ca } = fleet.broker.certificates;
    const { topic, events } = await deployFlow(fleet, tlsConfig({ cadata: ca }));
    await nodeRed.waitForStatus(topic.id, GREEN);
    await nodeRed.sink(events.id).waitFor(3);
  });

  it('refuses a certificate of a CA that this machine does not know, until it is another', async () => {
    const { ca } = fleet.broker.certificates;
    await fleet.broker.presentCertificate('unknownServer');
    const { topic, events } = await deployFlow(fleet, tlsConfig({ cadata: ca }));
    await nodeRed.waitForStatus(topic.id, {
      fill: 'red',
      shape: 'ring',
      text: 'invers-topic-in.status.certificate-untrusted',
    });
    await fleet.broker.presentCertificate('server');
    await nodeRed.waitForStatus(topic.id, GREEN, WITHIN);
    await nodeRed.sink(events.id).waitFor(3);
  });

  it('verifies without a tls-config node too', async () => {
    const { topic } = await deployFlow(fleet, undefined);
    await nodeRed.waitForStatus(topic.id, { text: /\.certificate-untrusted$/ });
  });

  it('refuses a certificate for another host name', async () => {
    const { ca } = fleet.broker.certificates;
    await fleet.broker.presentCertificate('wrongHost');
    const { topic } = await deployFlow(fleet, tlsConfig({ cadata: ca }));
    await nodeRed.waitForStatus(topic.id, {
      fill: 'red',
      shape: 'ring',
      text: 'invers-topic-in.status.certificate-wrong-host',
    });
  });

  it('does not verify when the tls-config node says so', async () => {
    await fleet.broker.presentCertificate('unknownServer');
    const { topic } = await deployFlow(fleet, tlsConfig({}, { verifyservercert: false }));
    await nodeRed.waitForStatus(topic.id, GREEN);
  });

  it('says so when the port does not speak TLS', async () => {
    const { topic } = await deployFlow(fleet, undefined, { port: fleet.broker.port });
    await nodeRed.waitForStatus(topic.id, { text: /\.not-tls$/ });
  });

  it('says so when the tls-config node holds no certificate that can be read', async () => {
    const { topic } = await deployFlow(
      fleet,
      tlsConfig({ cadata: 'no PEM', certdata: 'x', keydata: 'y' }),
    );
    await nodeRed.waitForStatus(topic.id, { fill: 'red', text: /\.settings-invalid$/ });
    for (const { message } of nodeRed.logs) assert.doesNotMatch(message, /no PEM/);
  });

  describe('to a broker that wants to know its clients', () => {
    let strict: RabbitMq;
    let members: Fleet;

    before(async () => {
      strict = await RabbitMq.start({ requireClientCertificate: true });
      members = await Fleet.create(strict);
      await members.subscribe(queue);
      await members.publish(queue, eventMessages(0, 3));
    });
    after(() => strict.dispose());

    it('works with a client certificate', async () => {
      const { ca, client } = strict.certificates;
      const { topic, events } = await deployFlow(
        members,
        tlsConfig({ cadata: ca, certdata: client.certificate, keydata: client.key }),
      );
      await nodeRed.waitForStatus(topic.id, GREEN);
      await nodeRed.sink(events.id).waitFor(3);
    });

    it('is refused without one, with a status that says so', async () => {
      const { ca } = strict.certificates;
      const { topic } = await deployFlow(members, tlsConfig({ cadata: ca }));
      await nodeRed.waitForStatus(topic.id, {
        fill: 'red',
        shape: 'ring',
        text: 'invers-topic-in.status.client-certificate-refused',
      });
    });
  });
});
