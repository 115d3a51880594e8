/** The config node of one INVERS event consumer: its credentials, and the one connection its topics share. */

import type { NodeAPI, NodeInitializer } from 'node-red';
import { AmqpBroker, type AmqpBrokerOptions } from '../src/broker/amqp-broker';
import type { Broker, Subscription, SubscriptionOptions } from '../src/broker/broker';
import { settingsInvalid } from '../src/broker/errors';
import type { BrokerSettings } from '../src/broker/settings';
import { ConsumerDeliveries } from '../src/delivery/consumer-deliveries';
import { errorText } from '../src/errors/error-text';
import { vehicleIdReader } from '../src/events/vehicle-id';
import { withinLimit } from '../src/time/within-limit';
import type { ConsumerNode } from './runtime/consumer/consumer-node';
import { addSandboxEndpoint } from './runtime/consumer/sandbox-endpoint';
import { SandboxHost } from './runtime/consumer/sandbox-host';
import {
  consumerSchemas,
  type OwnSchemas,
  ownSchemas,
  type SchemasConfig,
} from './runtime/consumer/schemas';
import { sharedCompletion } from './runtime/consumer/shared-completion';
import { forgetEndings, sharedEndings } from './runtime/consumer/shared-endings';
import { sharedHearings } from './runtime/consumer/shared-hearings';
import {
  type ConsumerConfig,
  type ConsumerCredentials,
  connectionNameOf,
  consumerSettings,
  environmentOf,
  type TlsConfigNode,
  vehicleIdPath,
  warningsOf,
} from './runtime/settings/consumer';
import { sandboxSettings } from './runtime/settings/sandbox';
import { fail, inform, warn } from './runtime/status/say';
import { addConnectionTrial } from './runtime/trial/broker-endpoints';
import { machineOf } from './settings/texts';

/** Milliseconds for the topics to close; Node-RED itself waits 15 s for a node. */
const TOPICS_TIMEOUT = 13_000;

const initialize: NodeInitializer = (RED) => {
  const completion = sharedCompletion(RED);

  addSandboxEndpoint(RED);
  addConnectionTrial(RED);

  function InversConsumer(this: ConsumerNode, config: ConsumerConfig & SchemasConfig): void {
    RED.nodes.createNode(this, config);
    let broker: Broker | undefined;
    let sandbox: SandboxHost | undefined;
    let problem: string | undefined;
    let isSandbox = false;
    let vehicleIdOf = vehicleIdReader('');
    let own: OwnSchemas | undefined;
    // a sandbox has queues of its own
    let place = this.id;
    try {
      isSandbox = environmentOf(config) === 'sandbox';
      vehicleIdOf = vehicleIdReader(vehicleIdPath(config));
      own = ownSchemas(config);
      if (isSandbox) {
        sandbox = createSandbox(this, config);
        broker = openSandbox(this, config, sandbox);
      } else {
        const settings = readSettings(RED, this, config);
        place = `${machineOf(settings.host)}:${settings.port}/${settings.vhost}`;
        broker = openBroker(this, settings);
      }
    } catch (error) {
      problem = errorText(error);
      fail(this, problem);
    }

    const parts = {
      isSandbox,
      place,
      sandbox,
      deliveries: new ConsumerDeliveries(sharedEndings(RED, this.id)),
      completion,
      schemas: consumerSchemas(RED, this, own),
      vehicleIdOf,
    };
    Object.assign(this, parts);
    this.subscribe = (options) => broker?.subscribe(options) ?? refuse(options, problem);
    this.on('close', (removed: boolean, done: () => void) => {
      const closed = closeAfterTopics(broker).then(() => {
        if (!removed) return;
        sharedHearings(RED).forget(this.id);
        forgetEndings(RED, this.id);
      });
      closed.then(done, done);
    });
  }

  RED.nodes.registerType<ConsumerNode, ConsumerConfig, object, ConsumerCredentials>(
    'invers-consumer',
    InversConsumer,
    {
      credentials: { username: { type: 'text' }, password: { type: 'password' } },
    },
  );
};

function readSettings(RED: NodeAPI, node: ConsumerNode, config: ConsumerConfig): BrokerSettings {
  const tlsNode = config.tls
    ? (RED.nodes.getNode(config.tls) as unknown as TlsConfigNode | null)
    : null;
  return consumerSettings(config, node.credentials ?? {}, tlsNode ?? undefined);
}

function openBroker(node: ConsumerNode, settings: BrokerSettings): Broker {
  for (const warning of warningsOf(settings)) warn(node, warning);
  return new AmqpBroker(settings, tell(node, `connected to ${settings.host}:${settings.port}`));
}

function createSandbox(node: ConsumerNode, config: ConsumerConfig): SandboxHost {
  return new SandboxHost(node.id, connectionNameOf(config), sandboxSettings(config));
}

function openSandbox(node: ConsumerNode, config: ConsumerConfig, host: SandboxHost): Broker {
  const { vehicles, rate } = sandboxSettings(config);
  return new AmqpBroker(
    host,
    tell(
      node,
      `connected to the sandbox: what comes is made up, ${vehicles} vehicles with ${rate} events per second`,
    ),
  );
}

/** Each change of the connection in the log, once. */
function tell(node: ConsumerNode, connected: string): AmqpBrokerOptions {
  return {
    onConnection: (error) => {
      if (!error) inform(node, connected);
      else if (error.needsPerson) fail(node, error.message);
      else warn(node, error.message);
    },
  };
}

/** The topics close at the same time and let their flows finish; the connection waits for them. */
async function closeAfterTopics(broker: Broker | undefined): Promise<void> {
  await withinLimit(broker?.idle(), TOPICS_TIMEOUT);
  await broker?.close();
}

/** Stands for a subscription while the consumer's settings are invalid. */
function refuse({ onState }: SubscriptionOptions, problem = 'not set up'): Subscription {
  onState({ name: 'refused', error: settingsInvalid(`The event consumer: ${problem}`) });
  const nothing = async () => undefined;
  return { pause: nothing, resume: () => undefined, close: nothing };
}

export = initialize;
