import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AgentPackage, choosePackage, type Look, readLook, readPackageName } from './choose-package.ts';
import { knownHostName, parseTarget } from './target.ts';

const packages = [
  '/x/tenkai-agent_0.1.0_amd64.deb',
  '/x/tenkai-agent-0.1.0-1.x86_64.rpm',
  '/x/tenkai-agent_0.1.0_arm64.deb',
].map((path) => readPackageName(path) as AgentPackage);
const [deb, rpm, arm] = packages;

/** What a machine says, and what is chosen: a package, or a refusal. */
const rows: readonly [said: string, chosen: AgentPackage | undefined | string, isThere?: boolean][] = [
  ['id=debian\nmachine=x86_64\nuid=0', deb],
  ['id=ubuntu\nlike=debian\nmachine=aarch64\nuid=0', arm],
  ['id="rocky"\nlike="rhel centos fedora"\nmachine=x86_64\nuid=0', rpm],
  ['id="opensuse-leap"\nlike="suse opensuse"\nmachine=x86_64\nuid=0', rpm],
  ['id=alpine\nmachine=x86_64\nuid=0', 'system-unknown'],
  ['machine=x86_64\nuid=0', 'system-unknown'],
  ['id=fedora\nmachine=aarch64\nuid=0', 'package-missing'],
  ['id=debian\nmachine=x86_64\nuid=1000', 'rights-missing'],
  ['id=debian\nmachine=x86_64\nuid=1000\nsudo=yes', deb],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=installed 0.1.0', deb],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=installed 0.1.0\nassigned=yes', deb, true],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=config-files 0.1.0\nassigned=yes', deb],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=installed 0.0.9\nassigned=yes', deb],
  ['id=fedora\nmachine=x86_64\nuid=1000\nrpm=0.1.0\nassigned=yes', rpm, true],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=installed 0.1.0\nassigned=yes\nroot=AA', deb, true],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=installed 0.1.0\nassigned=yes\nroot=bb', 'assigned-elsewhere'],
  ['id=debian\nmachine=x86_64\nuid=0\ndeb=config-files 0.1.0\nroot=bb', deb],
];

describe('the package for a machine, by what it says of itself', () => {
  for (const [said, wanted, isThere = false] of rows)
    test(said.replaceAll('\n', ' '), () => {
      const look = readLook(`${said}\nend=yes\n`);
      assert.ok(look);
      const choice = choosePackage(look, { packages, root: 'aa', givesAnyway: false });
      if (typeof wanted === 'string') assert.equal('refused' in choice && choice.refused, wanted);
      else assert.deepEqual(choice, { chosen: wanted, isThere });
    });
  test('AGENT-16: what brings properties is installed again, by whoever may', () => {
    const offer = { packages, root: 'aa', givesAnyway: true };
    const said = 'id=debian\nmachine=x86_64\ndeb=installed 0.1.0\nassigned=yes\nend=yes\n';
    const choice = (user: string) => choosePackage(readLook(`${user}\n${said}`) as Look, offer);
    assert.deepEqual(choice('uid=0'), { chosen: deb, isThere: false });
    assert.deepEqual(choice('uid=1000'), { refused: 'rights-missing', detail: '' });
  });
  test('one that was cut off says nothing', () => assert.equal(readLook('id=debian\nuid=0\n'), undefined));
});

test('machines are named by name, address and port, and never as an option of ssh', () => {
  const read = (text: string) => {
    const target = parseTarget(text);
    return target && [target.host, target.port, ...(target.user ? [target.user] : [])];
  };
  assert.deepEqual(read('web-1.example'), ['web-1.example', 22]);
  assert.deepEqual(read('10.0.0.5:2222'), ['10.0.0.5', 2222]);
  assert.deepEqual(read('[fe80::1]:22'), ['fe80::1', 22]);
  assert.deepEqual(read('deploy@web-1:2222'), ['web-1', 2222, 'deploy']);
  const badUsers = ['-oProxyCommand=id@host', '@host', 'a b@host', 'a;id@host'];
  for (const bad of [
    '[:::]',
    '-oProxyCommand=id',
    'a b',
    '',
    'host:0',
    'host:70000',
    'a;id',
    '$(id)',
    ...badUsers,
  ])
    assert.equal(read(bad), undefined, bad);
});

describe('however a machine is spelled, its host key is kept under one name', () => {
  const rows: readonly [spelled: string, kept: string][] = [
    ['WEB-1', 'web-1'],
    ['root@Web-1.Example.:2222', '[web-1.example]:2222'],
    ['[2001:DB8:0:0::5]:22', '2001:db8::5'],
    ['[2001:db8::5]:2222', '[2001:db8::5]:2222'],
    ['[10.0.0.5]', '10.0.0.5'],
  ];
  for (const [spelled, kept] of rows)
    test(spelled, () => {
      const target = parseTarget(spelled);
      assert.equal(target && knownHostName(target), kept);
    });
});
