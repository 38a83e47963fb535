/** A real directory of the test's own: Debian's slapd on a free port of 127.0.0.1, LDAPS and StartTLS. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type SchemaForm, schemaText } from '@tenkai/domain';
import { makeLoopbackCertificate } from '../loopback-certificate.ts';
import { end, spawnOwned, tailOf } from './own-process.ts';

const program = '/usr/sbin/slapd';

/** Why a test with slapd cannot run here; false when it can. */
export const noSlapd: string | false =
  !existsSync(program) && 'slapd is missing: run node scripts/install-test-tools.mjs as root';

export interface Slapd {
  readonly base: string;
  /** Has every right there. */
  readonly writer: { readonly name: string; readonly secretFile: string };
  /** May read; somebody without a name may not. */
  readonly reader: { readonly name: string; readonly secretFile: string };
  readonly caFile: string;
  /** `ldaps://localhost:port/base` */
  readonly ldaps: string;
  /** `ldap://localhost:port/base` */
  readonly ldap: string;
  /** A file that only its owner reads. */
  secretFile(name: string, text: string): string;
  stop(): Promise<void>;
}

const base = 'dc=lab,dc=example';
/** Another process may take a port between its being found and its being used. */
const maxTries = 10;

export async function startSlapd(): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-slapd-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  await prepare(folder, write);
  for (let tries = 1; ; tries += 1) {
    const [plain, secure] = [await freePort(), await freePort()];
    const urls = `ldap://127.0.0.1:${plain}/ ldaps://127.0.0.1:${secure}/`;
    const child = spawnOwned(program, ['-f', join(folder, 'slapd.conf'), '-h', urls, '-d', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      deathSignal: 'TERM',
    });
    const said = tailOf(child);
    if (await isListening(child, secure))
      return {
        base,
        writer: { name: `cn=admin,${base}`, secretFile: join(folder, 'writer') },
        reader: { name: `cn=machine,${base}`, secretFile: join(folder, 'reader') },
        caFile: join(folder, 'cert.pem'),
        ldaps: `ldaps://localhost:${secure}/${base}`,
        ldap: `ldap://localhost:${plain}/${base}`,
        secretFile: write,
        async stop() {
          await end(child);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    await end(child);
    if (tries === maxTries) throw new Error(`slapd does not start: ${said()}`);
  }
}

async function prepare(folder: string, write: (name: string, text: string) => string): Promise<void> {
  const { key, cert } = await makeLoopbackCertificate();
  write('key.pem', key);
  write('cert.pem', cert);
  write('writer', 'rosy-writer\n');
  write('reader', 'rosy-reader\n');
  write('tenkai.schema', schemaText('slapd-conf' satisfies SchemaForm));
  mkdirSync(join(folder, 'data'));
  const conf = write('slapd.conf', configuration(folder));
  const entries = write('base.ldif', ldif);
  // Loads the schema too: a mistake in it ends here.
  const { status, stderr } = spawnSync('/usr/sbin/slapadd', ['-f', conf, '-l', entries], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`slapadd: ${stderr}`);
}

const configuration = (folder: string) => `include /etc/ldap/schema/core.schema
include ${folder}/tenkai.schema
pidfile ${folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
security simple_bind=128
sizelimit size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited
database mdb
suffix "${base}"
directory ${folder}/data
rootdn "cn=admin,${base}"
rootpw rosy-writer
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=machine,${base}" read by * none
`;

const ldif = `dn: ${base}
objectClass: dcObject
objectClass: organization
dc: lab
o: lab

dn: cn=machine,${base}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: machine
userPassword: rosy-reader
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** False when it has ended instead, as it does where somebody else took its port. */
async function isListening(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const socket = connect({ host: '127.0.0.1', port });
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return child.exitCode === null;
    await delay(20);
  }
  return false;
}
