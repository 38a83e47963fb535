import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own in which openssl makes and judges certificates: a second opinion that is not ours. */
export interface OpensslBench {
  readonly folder: string;
  /** @throws Error with what openssl said */
  run(...args: readonly string[]): Buffer;
  /** Self-signed certificate and key on P-256; both as PEM files `<name>.crt`, `<name>.key`. */
  certificate(
    name: string,
    subject?: string,
    ...more: readonly string[]
  ): { certificate: string; key: string };
  /** PFX of such a pair. @param options of `openssl pkcs12 -export` */
  pfx(name: string, password: string, ...options: readonly string[]): Buffer;
  /** What openssl reads in a PFX: certificates and keys as PEM text, with the MAC verified. */
  read(pfx: Buffer, password: string, ...options: readonly string[]): string;
  remove(): void;
}

/** Undefined where there is no openssl. */
export function openOpensslBench(): OpensslBench | undefined {
  if (spawnSync('openssl', ['version'], { stdio: 'ignore' }).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-openssl-'));
  const inside = (name: string) => join(folder, name);
  const run = (...args: readonly string[]) => {
    const done = spawnSync('openssl', args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
  const secret = (password: string) => {
    writeFileSync(inside('secret'), `${password}\n`, { mode: 0o600 });
    return 'file:secret';
  };
  return {
    folder,
    run,
    certificate(name, subject = `/CN=${name}`, ...more) {
      const key = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        `${name}.key`,
      ];
      run('req', '-x509', '-utf8', '-subj', subject, '-days', '3650', ...key, '-out', `${name}.crt`, ...more);
      return {
        certificate: readFileSync(inside(`${name}.crt`), 'utf8'),
        key: readFileSync(inside(`${name}.key`), 'utf8'),
      };
    },
    pfx(name, password, ...options) {
      const from = ['-inkey', `${name}.key`, '-in', `${name}.crt`];
      return run('pkcs12', '-export', ...from, '-passout', secret(password), ...options);
    },
    read(pfx, password, ...options) {
      writeFileSync(inside('read.pfx'), pfx);
      return run('pkcs12', '-in', 'read.pfx', '-nodes', '-passin', secret(password), ...options).toString(
        'utf8',
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
