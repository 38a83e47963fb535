import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { atEnd } from '../../at-end.ts';

const repository = join(import.meta.dirname, '../../../../..');

/** Every document that is kept in the repository. */
function documents(): string[] {
  const listed = execFileSync('git', ['ls-files', '*.md'], { cwd: repository, encoding: 'utf8' });
  return listed.split('\n').filter((file) => file !== '' && !file.startsWith('docs/requirements/'));
}

/** Links of the form `[text](place)`, without what stands in code. */
function linksOf(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, place]) => place ?? '');
}

/** Anchors of the headings, as forges make them. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replace(/```[\s\S]*?```/g, '').match(/^#{1,6} .+$/gm) ?? [];
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

async function deadLinksOf(file: string): Promise<string[]> {
  const text = await readFile(join(repository, file), 'utf8');
  const dead: string[] = [];
  for (const link of linksOf(text)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : normalize(join(dirname(file), path));
    const whole = join(repository, target);
    const isThere = existsSync(whole) && !relative(repository, whole).startsWith('..');
    const isAnchored =
      !isThere || anchor === undefined || anchorsOf(await readFile(whole, 'utf8')).has(decodeURI(anchor));
    if (!isThere || !isAnchored) dead.push(`${file}: ${link}`);
  }
  return dead;
}

test('BOSM-12: no link of a document leads to a place or a section that is not there', async () => {
  const files = documents();
  assert.ok(files.length > 40, `${files.length} documents`);
  assert.deepEqual((await Promise.all(files.map(deadLinksOf))).flat(), []);
});

const certutil = '/usr/bin/certutil';

test('BCON-12: with the command of the guide a browser of Linux trusts the site', {
  skip: !existsSync(certutil) && 'certutil is MISSING (libnss3-tools)',
}, async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const home = await mkdtemp(join(tmpdir(), 'tenkai-trust-'));
  atEnd(t, () => rm(home, { recursive: true, force: true }));
  await writeFile(join(home, 'root.pem'), server.kernel.keys.rootCertificate);
  const guide = await readFile(join(repository, 'docs/install.md'), 'utf8');
  const command =
    /`(certutil -d sql:[^`]+)`/.exec(guide)?.[1] ?? assert.fail('the guide has no such command');
  const run = (line: string) =>
    execFileSync('/bin/sh', ['-c', line], {
      cwd: home,
      env: { HOME: home, PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  run('mkdir -p .pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -N --empty-password');
  run(command);
  assert.match(run('certutil -d sql:$HOME/.pki/nssdb -L'), /^tenkai\s+C,,\s*$/m);
  const check = run('certutil -d sql:$HOME/.pki/nssdb -V -n tenkai -u L');
  assert.match(check, /certificate is valid/);
});
