import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rpmHeaderProgram } from './rpm-header.ts';
import { stateFolder } from './state-folder.ts';
import { upgradeScript } from './upgrade-script.ts';

const noRpm =
  ['/usr/bin/rpm', '/usr/bin/rpmbuild', '/usr/bin/rpmdb'].some((program) => !existsSync(program)) &&
  'rpm or rpmbuild is MISSING: run node scripts/install-test-tools.mjs as root';

/** A machine in a folder, with a database of rpm of its own. Its guard only says that all went well. */
function aMachine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-upgrade-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  for (const name of ['package', 'state']) mkdirSync(at(name));
  writeFileSync(at('.rpmmacros'), `%_dbpath ${at('db')}\n%_topdir ${at('work')}\n`);
  const env = { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8' };
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, {
      env,
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const places = {
    [stateFolder]: at('state'),
    '/run/systemd/system': at('no-systemd'),
    '/usr/lib/tenkai-agent/node': process.execPath,
  };
  const script = Object.entries(places).reduce(
    (text, [path, here]) => text.replaceAll(path, here),
    upgradeScript,
  );
  writeFileSync(at('package/upgrade.sh'), script);
  writeFileSync(at('package/rpm-header.cjs'), rpmHeaderProgram);
  writeFileSync(at('package/tenkai-agent.rpm'), 'the new version');
  writeFileSync(at('package/guard.sh'), `echo upgraded >'${at('state/verdict')}'\n`);
  return { at, run, upgrade: () => run('sh', at('package/upgrade.sh'), '2.0.0', '60') };
}

/** Installed without its documentation, as by `tsflags=nodocs`: rpm lists it all the same. */
function installWithoutDocuments({ at, run }: ReturnType<typeof aMachine>) {
  const spec = `Name: tenkai-agent
Version: 1
Release: 1
Summary: of a test
License: Apache-2.0
BuildArch: noarch
AutoReqProv: no
%description
%install
mkdir -p %{buildroot}${at('lib')} %{buildroot}${at('doc')}
echo program >%{buildroot}${at('lib/program')}
ln -s nowhere %{buildroot}${at('lib/link')}
echo text >%{buildroot}${at('doc/README.md')}
%files
${at('lib')}
%doc ${at('doc/README.md')}
`;
  writeFileSync(at('agent.spec'), spec);
  run('rpmbuild', '-bb', '--quiet', at('agent.spec'));
  run('rpm', '--install', '--nodeps', '--excludedocs', at('work/RPMS/noarch/tenkai-agent-1-1.noarch.rpm'));
}

test('AGENT-38: an agent by rpm upgrades where its documentation was left out, and what is there is kept', {
  skip: noRpm,
}, (t) => {
  const machine = aMachine(t);
  const { at, run } = machine;
  installWithoutDocuments(machine);
  assert.equal(existsSync(at('lib/program')), true);
  assert.equal(existsSync(at('doc/README.md')), false, 'rpm has left it out');

  assert.match(machine.upgrade(), /\nupgraded\n$/);
  const listed = ['doc/README.md', 'lib', 'lib/link', 'lib/program'].map(at);
  const lines = (text: string) => text.trim().split('\n');
  assert.deepEqual(lines(readFileSync(at('state/old.files'), 'utf8')), listed, 'what rpm knows, whole');
  const kept = lines(run('tar', '-tzf', at('state/old.tar'))).map((path) => `/${path.replace(/\/$/, '')}`);
  assert.deepEqual(kept, listed.slice(1), 'what is there, a link to nowhere too');
});
