/** The steps by hand on Windows are read by people: what they have to find on the page, in its order. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync(new URL('../../../../docs/firewall.md', import.meta.url), 'utf8').replace(
  /\s+/g,
  ' ',
);

const steps: readonly [requirement: string, from: string, phrases: readonly string[]][] = [
  [
    'BFWL-10, BFWL-19: by hand on Windows Server 2008 R2 and later: a rule for each port, then the one for echo requests',
    'By hand on Windows Server 2008 R2 and later',
    [
      'administrative rights',
      'Administrative Tools',
      'Windows Firewall with Advanced Security',
      'Inbound Rules',
      'New Rule',
      'Port',
      'specific local ports',
      'Allow the connection',
      'leave out profiles that do not apply',
      'the name from the table',
      'again for every line of the table',
      'echo requests',
      'Custom',
      'ICMPv4',
      'Echo Request',
      'these IP addresses',
      'all profiles',
    ],
  ],
  [
    'BFWL-16: by hand on Windows XP and Windows Server 2003: a port or a program each',
    'On Windows XP and Windows Server 2003:',
    [
      'Control Panel',
      'Security Center',
      'Windows Firewall',
      'Exceptions',
      'Add Port',
      'Add Program',
      'path of the program',
      'DepAgent.exe',
      'rupdsvc.exe',
      'OK',
    ],
  ],
  [
    'BFWL-17: by hand on Windows XP and Windows Server 2003: the answer to echo requests',
    'On Windows XP and Windows Server 2003:',
    ['Advanced', 'ICMP', 'Settings', 'tick', 'Allow incoming echo request', 'OK'],
  ],
  [
    'BFWL-18: by hand on Windows Vista and Windows Server 2008',
    'On Windows Vista and Windows Server 2008:',
    ['Control Panel', 'Security', 'Allow a program through Windows Firewall', 'as above for echo requests'],
  ],
];

for (const [name, from, phrases] of steps)
  test(name, () => {
    let at = page.indexOf(from);
    assert.ok(at >= 0, from);
    for (const phrase of phrases) {
      const found = page.indexOf(phrase, at);
      assert.ok(found >= 0, `"${phrase}" is missing or stands too early`);
      at = found;
    }
  });
