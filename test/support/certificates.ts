/** Throw-away certificates for TLS tests: a CA that the tests trust, one that nobody knows, and what they signed. */

import { generateKeyPair, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** Both as PEM text. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** What a broker may show to its clients: the right certificate, one for another host, one of an unknown CA. */
export type ServerCertificate = 'server' | 'wrongHost' | 'unknownServer';

export interface Certificates extends Readonly<Record<ServerCertificate, KeyAndCertificate>> {
  /** The CA of `server`, `wrongHost` and `client`, as PEM text. */
  readonly ca: string;
  readonly client: KeyAndCertificate;
  /** The CA of `unknownServer`, as PEM text. */
  readonly unknownCa: string;
}

/** Where `writeCertificates` put what a server reads. */
export interface CertificateFiles {
  readonly ca: string;
  readonly key: string;
  readonly certificate: string;
}

/** The host name in the certificate `wrongHost`. */
export const otherHost = 'elsewhere.example';

let made: Promise<Certificates> | undefined;

/** Made once per process: the keys take some tenths of a second. */
export function certificates(): Promise<Certificates> {
  made ??= makeCertificates();
  return made;
}

/** Writes the CA and one server certificate into the directory, over what stands there. */
export function writeCertificates(
  directory: string,
  all: Certificates,
  shown: ServerCertificate = 'server',
): CertificateFiles {
  const write = (name: string, pem: string) => {
    const file = path.join(directory, name);
    fs.writeFileSync(file, pem, { mode: 0o600 });
    return file;
  };
  return {
    ca: write('ca.pem', all.ca),
    key: write('server-key.pem', all[shown].key),
    certificate: write('server.pem', all[shown].certificate),
  };
}

async function makeCertificates(): Promise<Certificates> {
  const [ca, unknownCa] = await Promise.all([authority('Test CA'), authority('A CA nobody knows')]);
  const here = [dnsName('localhost'), ipAddress('127.0.0.1')];
  const [server, wrongHost, client, unknownServer] = await Promise.all([
    signed(ca, 'localhost', 'serverAuth', here),
    signed(ca, otherHost, 'serverAuth', [dnsName(otherHost)]),
    signed(ca, 'test-client', 'clientAuth', []),
    signed(unknownCa, 'localhost', 'serverAuth', here),
  ]);
  return {
    ca: ca.certificate,
    unknownCa: unknownCa.certificate,
    server,
    wrongHost,
    client,
    unknownServer,
  };
}

interface AlternativeName {
  type: number;
  value?: string;
  ip?: string;
}

function dnsName(value: string): AlternativeName {
  return { type: 2, value };
}

function ipAddress(ip: string): AlternativeName {
  return { type: 7, ip };
}

function authority(name: string): Promise<KeyAndCertificate> {
  return issue(name, undefined, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
}

function signed(
  ca: KeyAndCertificate,
  name: string,
  usage: 'serverAuth' | 'clientAuth',
  altNames: AlternativeName[],
): Promise<KeyAndCertificate> {
  return issue(name, ca, [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', [usage]: true },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ]);
}

/** Node can make keys, quickly, but no certificates; forge can, and needs seconds for a key. */
async function issue(
  name: string,
  ca: KeyAndCertificate | undefined,
  extensions: object[],
): Promise<KeyAndCertificate> {
  const keys = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  // Positive and of fixed length: a leading byte below 0x80 that is not zero.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000);
  certificate.validity.notAfter = new Date(Date.now() + 7 * 86_400_000);
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(
    ca ? forge.pki.certificateFromPem(ca.certificate).subject.attributes : subject,
  );
  certificate.setExtensions(extensions);
  certificate.sign(
    forge.pki.privateKeyFromPem(ca ? ca.key : keys.privateKey),
    forge.md.sha256.create(),
  );
  return { key: keys.privateKey, certificate: forge.pki.certificateToPem(certificate) };
}
