import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type DataFolder, dataFolder, makeDataFolder } from '../data-folder.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { type RunReg, registrySetup } from './registry-setup.ts';
import { readRegistryText } from './registry-text.ts';
import { type GivenProperties, takeSetup } from './take-setup.ts';

function newData(t: TestContext): DataFolder {
  const root = mkdtempSync(join(tmpdir(), 'tenkai-setup-test-'));
  atEnd(t, () => rmSync(root, { recursive: true, force: true }));
  const data = dataFolder(join(root, 'data'));
  makeDataFolder(data);
  return data;
}

/** An installer that left these properties. */
function left(given: GivenProperties) {
  const source = {
    forgotten: 0,
    read: async () => given,
    forgetTicket: async () => {
      source.forgotten += 1;
    },
  };
  return source;
}

const pin = 'ab'.repeat(32);

test('AGENT-27: what an installer leaves again changes nothing that was assigned since; a new value is taken', async (t) => {
  const data = newData(t);
  const first = { MP: 'mp.example', FSP: 'fsp.example', ROOTFINGERPRINT: pin };
  assert.deepEqual(await takeSetup(data, left(first)), ['MP', 'FSP', 'ROOTFINGERPRINT']);
  const { assignment, ...rest } = readSettings(data);
  assert.equal(rest.rootFingerprint, pin);
  assert.deepEqual(assignment, {
    managementPoint: 'https://mp.example',
    fallbackStatusPoint: 'https://fsp.example',
  });

  writeSettings(data, {
    ...rest,
    assignment: { ...assignment, siteCode: 'TK1', managementPoint: 'https://other.example' },
  });
  assert.deepEqual(await takeSetup(data, left(first)), []);
  assert.deepEqual(await takeSetup(data, left({ ...first, FSP: '' })), ['FSP']);
  assert.deepEqual(readSettings(data).assignment, {
    managementPoint: 'https://other.example',
    siteCode: 'TK1',
  });
});

test('AGENT-03: without properties nothing is written', async (t) => {
  const data = newData(t);
  assert.deepEqual(await takeSetup(data, left({ MP: '', SITECODE: ' ' })), []);
  assert.equal(existsSync(data.settings), false);
});

test('AGENT-17: of a set with a wrong value nothing is taken, and it is told again the next time', async (t) => {
  const data = newData(t);
  for (const given of [
    { MP: 'http://mp.example' },
    { SITECODE: 'TK1', MP: 'a\nb' },
    { DNSSUFFIX: '-' },
    { TICKET: 'secret' },
  ])
    for (let turn = 0; turn < 2; turn += 1)
      await assert.rejects(takeSetup(data, left(given)), (error) => {
        assert.ok(error instanceof Failure && error.code === 'properties-invalid');
        assert.doesNotMatch(`${error.message}${error.detail}`, /secret$/m);
        return true;
      });
  assert.equal(existsSync(data.settings), false);
});

test('a ticket is moved to where the agent alone reads it, and forgotten by the installer', async (t) => {
  const data = newData(t);
  const ticket = join(data.root, 'given ticket');
  writeFileSync(ticket, 'one-time\n', { mode: 0o600 });
  const source = left({ TICKET: ticket });
  await takeSetup(data, source);
  assert.equal(source.forgotten, 1);
  assert.equal(existsSync(ticket), false);
  assert.equal(readFileSync(readSettings(data).ticketFile ?? '', 'utf8'), 'one-time\n');
  assert.deepEqual(await takeSetup(data, left({})), []);
});

const utf16 = (text: string) => Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le');
const exported = (...lines: string[]) =>
  utf16(`Windows Registry Editor Version 5.00\n\n${lines.join('\n')}\n\n`);

test('text of an exported key is read as it was set, and nothing of another key or kind', () => {
  const text = exported(
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Tenkai\\Agent]',
    '"MP"="https://mp.example"',
    '"PATCH"="C:\\\\パッチ\\\\a \\"b\\".msp"',
    '@="default"',
    '"Number"=dword:00000005',
    '"Bytes"=hex:00,01,\\\n  02,03',
    '"Lines"="one\ntwo"',
    '"LOCATOR"=""',
    '"Last"="x"',
    '',
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Tenkai\\Agent\\Below]',
    '"MP"="below"',
  );
  assert.deepEqual(
    Object.fromEntries(readRegistryText(text, 'HKEY_LOCAL_MACHINE\\Software\\Tenkai\\Agent')),
    {
      MP: 'https://mp.example',
      PATCH: 'C:\\パッチ\\a "b".msp',
      Lines: 'one\r\ntwo',
      LOCATOR: '',
      Last: 'x',
    },
  );
  assert.equal(readRegistryText(text, 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Tenkai').size, 0);
  assert.equal(readRegistryText(new Uint8Array(), 'x').size, 0);
});

test('AGENT-10, AGENT-11: SMSSLP and DnsSuffix of the old product are taken where nothing of our own is given', async (t) => {
  const data = newData(t);
  const calls: string[] = [];
  const keys: Record<string, Buffer> = {
    'HKLM\\SOFTWARE\\Microsoft\\CCM': exported(
      '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\CCM]',
      '"SMSSLP"="mp1.example.org"',
      '',
      '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\CCM\\LocationServices]',
      '"DnsSuffix"="example.org"',
    ),
  };
  const runReg: RunReg = async (args) => {
    calls.push(args.map((arg) => (arg.startsWith(data.root) ? 'FILE' : arg)).join(' '));
    const key = keys[args[1] ?? ''];
    if (args[0] === 'export' && key) writeFileSync(args[2] ?? '', key);
    return key ? 0 : 1;
  };
  const source = registrySetup(data, runReg);
  assert.deepEqual(await source.read(), { MP: 'mp1.example.org', DNSSUFFIX: 'example.org' });
  keys['HKLM\\SOFTWARE\\Tenkai\\Agent'] = exported(
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Tenkai\\Agent]',
    '"MP"="own.example"',
    '"DNSSUFFIX"=""',
  );
  assert.deepEqual(await source.read(), { MP: 'own.example', DNSSUFFIX: 'example.org' });
  await source.forgetTicket();
  assert.deepEqual(
    [...new Set(calls)],
    [
      'export HKLM\\SOFTWARE\\Tenkai\\Agent FILE /y /reg:64',
      'export HKLM\\SOFTWARE\\Microsoft\\CCM FILE /y /reg:64',
      'delete HKLM\\SOFTWARE\\Tenkai\\Agent /v TICKET /f /reg:64',
    ],
  );
});
