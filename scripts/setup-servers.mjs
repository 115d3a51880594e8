/** Makes sure the real servers and the browser that the tests talk to are on this machine. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram, isMain, main, runQuietly, StepError } from './lib/run.mjs';

/**
 * What the tests need: where each program may be found, and how each system installs it.
 * `rabbitmq-server` in Debian's /usr/sbin insists on the user rabbitmq, the one in /usr/lib does not;
 * the tests take the latter where both exist.
 */
const SERVERS = [
  {
    name: 'RabbitMQ',
    programs: [
      '/usr/lib/rabbitmq/bin/rabbitmq-server',
      'rabbitmq-server',
      '/opt/homebrew/sbin/rabbitmq-server',
      '/usr/local/sbin/rabbitmq-server',
    ],
    debian: 'rabbitmq-server',
    ubuntu: 'rabbitmq-server',
    brew: 'rabbitmq',
  },
  {
    name: 'Redis',
    programs: ['redis-server', '/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server'],
    debian: 'redis-server',
    ubuntu: 'redis-server',
    brew: 'redis',
  },
  {
    name: 'Chromium',
    programs: [
      'chromium-headless-shell',
      'chromium',
      'chromium-browser',
      'google-chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    debian: 'chromium-headless-shell',
    ubuntu: 'chromium-browser',
    brew: '--cask chromium',
  },
];

/** While this file exists and refuses, a Debian package that is installed does not start its service. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

export async function setupServers() {
  const { INVERS_TEST_RABBITMQ: chosen } = process.env;
  if (chosen && findProgram([path.resolve(chosen)]) === undefined) {
    throw new StepError(`INVERS_TEST_RABBITMQ is ${chosen}, which is no program that can be run.`);
  }
  const missing = missingServers();
  if (missing.length === 0) return;
  const system = debianOrUbuntu();
  const isRoot = process.getuid?.() === 0;
  if (system === undefined || !isRoot) throw new StepError(installationAdvice(missing, system));

  await installPackages(missing.map((server) => server[system]));
  const stillMissing = missingServers();
  if (stillMissing.length > 0) {
    const names = stillMissing.map((server) => server.name).join(' and ');
    throw new StepError(
      `The packages were installed, but ${names} cannot be found (looked for ${stillMissing
        .flatMap((server) => server.programs)
        .join(', ')}).`,
    );
  }
}

function missingServers() {
  const isChosen = ({ name }) => name === 'RabbitMQ' && Boolean(process.env.INVERS_TEST_RABBITMQ);
  return SERVERS.filter(
    (server) => !isChosen(server) && findProgram(server.programs) === undefined,
  );
}

/** `debian`, `ubuntu` (and what calls itself like one of them), or undefined where apt-get is no help. */
function debianOrUbuntu() {
  if (!existsSync('/etc/os-release') || findProgram(['apt-get']) === undefined) return undefined;
  const release = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.split('='))
      .map(([key, value = '']) => [key, value.replaceAll('"', '')]),
  );
  const families = [release.ID, ...(release.ID_LIKE ?? '').split(' ')];
  return families.find((family) => family === 'debian' || family === 'ubuntu');
}

function installationAdvice(missing, system) {
  const names = missing.map((server) => server.name).join(' and ');
  const packages = missing.map((server) => server[system ?? 'debian']).join(' ');
  const apt = `apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`;
  const commands =
    system !== undefined
      ? [`  sudo ${apt}`]
      : process.platform === 'darwin'
        ? missing.map((server) => `  brew install ${server.brew}`)
        : missing.map((server) => `  ${server.name}: one of ${server.programs.join(', ')}`);
  const how = system === undefined && process.platform !== 'darwin' ? 'Install' : 'Install with';
  return [
    `The tests need ${names}, which this machine does not have. ${how}:`,
    '',
    ...commands,
    '',
    'The tests start servers of their own: a system service is not needed and may stay switched off.',
  ].join('\n');
}

async function installPackages(packages) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (...args) =>
    runQuietly('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], options);
  const allowServices = forbidServices();
  try {
    await apt('update');
    await apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    allowServices();
  }
  if (existsSync('/run/systemd/system')) {
    console.log('The installed services were not started. To keep them off after a restart of the');
    console.log('machine as well, use `systemctl disable <service>`; the tests do not need them.');
  }
}

/** A broker of the system's on port 5672 is nothing we were asked for. Returns how to undo it. */
function forbidServices() {
  if (existsSync(SERVICE_POLICY)) return () => undefined;
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const undo = () => rmSync(SERVICE_POLICY, { force: true });
  const interrupted = () => process.exit(130);
  process.once('exit', undo);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  return () => {
    undo();
    process.off('exit', undo);
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  };
}

if (isMain(import.meta)) await main(setupServers);
