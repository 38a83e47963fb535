import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkHosts, mostHosts, readHostList } from './host-list.ts';

describe('hosts out of what was pasted', () => {
  const rows: readonly [text: string, hosts: string[]][] = [
    ['web-1\nweb-2:2222\n', ['web-1', 'web-2:2222']],
    ['web-1, web-2; web-3 web-4', ['web-1', 'web-2', 'web-3', 'web-4']],
    ['# rack 5\r\nweb-1 # the first\r\n\r\ndeploy@[fe80::1]:22', ['web-1', 'deploy@[fe80::1]:22']],
    ['Host,Port,User\nweb-1,2222,deploy\nweb-2,,\n', ['deploy@web-1:2222', 'web-2']],
    ['"Name";"Owner";"IP"\n"web-1";"Sato";"10.0.0.5"', ['web-1']],
    ['ユーザー\tアドレス\nadmin\t10.0.0.5', ['admin@10.0.0.5']],
    ['address,port\n2001:db8::5,22', ['[2001:db8::5]:22']],
    ['', []],
  ];
  for (const [text, hosts] of rows)
    test(JSON.stringify(text), () => assert.deepEqual(readHostList(text), hosts));
});

test('everything that is wrong with a list is said at once, by its place', () => {
  const { targets, problems } = checkHosts([
    'web-1',
    '-oProxyCommand=id',
    'WEB-1',
    'root@web-1',
    'web-1:23',
    'a b',
  ]);
  assert.deepEqual(
    targets.map(({ text }) => text),
    ['web-1', 'web-1:23'],
  );
  assert.deepEqual(
    problems.map(({ field, code }) => `${field} ${code}`),
    [
      'hosts[1] push-host-invalid',
      'hosts[2] push-host-twice',
      'hosts[3] push-host-twice',
      'hosts[5] push-host-invalid',
    ],
  );
  assert.equal(checkHosts([]).problems[0]?.code, 'push-hosts-none');
  const many = Array.from({ length: mostHosts + 1 }, (_, index) => `h${index}`);
  assert.deepEqual(
    checkHosts(many).problems.map(({ code }) => code),
    ['push-hosts-too-many'],
  );
});
