import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Inventory } from '../machine/inventory.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { changedAttributes } from './changes.ts';
import { attributesOf, evaluate, explanationText } from './evaluate.ts';
import { parseRule } from './parse.ts';

const inventory: Inventory = {
  hardware: {
    manufacturer: 'NEC',
    model: 'Express5800',
    serial: 'S1',
    uuid: '',
    cpu: { model: 'Xeon', cores: 8, architecture: 'x64' },
    memoryBytes: 16 * 2 ** 30,
    disks: [
      { name: 'sda', sizeBytes: 500e9 },
      { name: 'sdb', sizeBytes: 2e12 },
    ],
  },
  network: {
    hostname: 'web-01',
    interfaces: [
      {
        name: 'eth0',
        mac: '00:00:4c:00:00:01',
        isUp: true,
        addresses: [
          { address: '10.1.2.3', prefix: 16, family: 'ipv4' },
          { address: 'fe80::1', prefix: 64, family: 'ipv6' },
        ],
      },
    ],
  },
  operatingSystem: {
    family: 'linux',
    id: 'debian',
    name: 'Debian GNU/Linux 12',
    version: '12',
    language: 'ja',
    architecture: 'x64',
    kernel: '6.1.0-28-amd64',
    bootId: 'b1',
    bootedAt: '2026-01-01T00:00:00Z',
  },
  software: [
    { name: 'nginx', version: '1.22.1-9~bpo1', source: 'dpkg', architecture: 'amd64' },
    { name: 'kernel', version: '5.14.0-70.el9', source: 'rpm' },
    { name: 'kernel', version: '5.14.0-503.el9', source: 'rpm' },
    { name: 'Office', version: '16.0.10', source: 'msi', publisher: 'Microsoft' },
  ],
  agent: { version: '0.1.0' },
};
const machine: MachineFacts = {
  id: 'm1',
  name: 'WEB-01',
  inventory,
  powerState: 'on',
  isOnline: true,
  lastSeenAt: null,
  properties: { room: 'A', floor: '10' },
};
const truth = (query: string, facts = machine) => evaluate(parseRule(query), facts).because.truth;

test('DIST-21: a query holds of the machines that it describes', () => {
  const rows: [string, 'yes' | 'no'][] = [
    ['os.id = DEBIAN', 'yes'],
    ['os.id = ubuntu', 'no'],
    ['os.id != ubuntu', 'yes'],
    ['os.id in (ubuntu, debian)', 'yes'],
    ['os.name contains "gnu/linux"', 'yes'],
    ['name matches "web-??"', 'yes'],
    ['name matches "web"', 'no'],
    ['os.version >= 9', 'yes'],
    ['os.version = 12.0', 'yes'],
    ['os.edition exists', 'no'],
    ['os.edition != Enterprise', 'yes'],
    ['os.edition = Enterprise', 'no'],
    ['isOnline = true', 'yes'],
    ['powerState = off', 'no'],
    ['hardware.memoryBytes >= 16GiB', 'yes'],
    ['hardware.memoryBytes > 16GiB', 'no'],
    ['hardware.cpu.cores = 8', 'yes'],
    ['hardware.disk.sizeBytes > 1TB', 'yes'],
    ['hardware.uuid exists', 'no'],
    ['network.address in 10.1.0.0/16', 'yes'],
    ['network.address in (192.168.0.0/16, fe80::/10)', 'yes'],
    ['network.address in 10.2.0.0/16', 'no'],
    ['network.address = 10.1.2.3', 'yes'],
    ['network.address != 10.1.2.3', 'no'],
    ['software has NGINX', 'yes'],
    ['software has apache2', 'no'],
    ['software.name matches "off*"', 'yes'],
    ['software["nginx"].version < 1.22.1-9', 'yes'],
    ['software["nginx"].architecture = amd64', 'yes'],
    ['software["kernel"].version >= 5.14.0-427', 'yes'],
    ['software["kernel"].version != 5.14.0-70.el9', 'no'],
    ['software["Office"].version < 16.0.9', 'no'],
    ['software["apache2"].version < 9', 'no'],
    ['software["apache2"].version != 9', 'yes'],
    ['property.room = a', 'yes'],
    ['property.floor > 9', 'yes'],
    ['property.rack exists', 'no'],
    ['property.constructor exists', 'no'],
    ['not property.rack = 1', 'yes'],
    ['os.id = debian and (property.room = B or property.floor = 10)', 'yes'],
    ['os.id = debian and property.room = B', 'no'],
  ];
  for (const [query, expected] of rows) {
    assert.equal(truth(query), expected, query);
  }
});

test('a machine that has not reported matches neither a query nor its opposite', () => {
  const unheard = { ...machine, inventory: null };
  assert.equal(truth('os.family = windows', unheard), 'unknown');
  assert.equal(truth('not os.family = windows', unheard), 'unknown');
  assert.equal(truth('os.family != windows', unheard), 'unknown');
  assert.equal(truth('software has nginx', unheard), 'unknown');
  assert.equal(evaluate(parseRule('not software has nginx'), unheard).matches, false);
  assert.equal(truth('name = web-01 or os.id = debian', unheard), 'yes');
  assert.equal(truth('name = x and os.id = debian', unheard), 'no');
  assert.equal(truth('name = web-01 and os.id = debian', unheard), 'unknown');
});

test('the explanation says for each comparison what was expected and what is there', () => {
  const { because } = evaluate(
    parseRule('os.id = ubuntu and not software["kernel"].version exists'),
    machine,
  );
  assert.deepEqual(because, {
    kind: 'and',
    truth: 'no',
    parts: [
      {
        kind: 'comparison',
        truth: 'no',
        text: 'os.id = "ubuntu"',
        attribute: 'os.id',
        operator: '=',
        expected: ['ubuntu'],
        actual: ['debian'],
      },
      {
        kind: 'not',
        truth: 'no',
        parts: [
          {
            kind: 'comparison',
            truth: 'yes',
            text: 'software["kernel"].version exists',
            attribute: 'software["kernel"].version',
            operator: 'exists',
            expected: [],
            actual: ['5.14.0-70.el9', '5.14.0-503.el9'],
          },
        ],
      },
    ],
  });
  assert.equal(
    explanationText(because),
    'os.id = "ubuntu" is no (debian); software["kernel"].version exists is yes (5.14.0-70.el9, 5.14.0-503.el9)',
  );
});

test('explanations list only the first values', () => {
  const software = Array.from({ length: 50 }, (_, index) => ({
    name: `p${index}`,
    version: '1',
    source: 'dpkg' as const,
  }));
  const many = { ...machine, inventory: { ...inventory, software } };
  const { because } = evaluate(parseRule('software.name = p49'), many);
  assert.ok(because.kind === 'comparison' && because.truth === 'yes' && because.actual?.length === 20);
});

test('a rule names the attributes that may change its answer', () => {
  const rule = parseRule(
    'os.id = debian and (software["NGINX"].version > 1 or not property.room = A) and isOnline = true',
  );
  assert.deepEqual([...attributesOf(rule)].sort(), [
    'inventory',
    'isOnline',
    'os.id',
    'property["room"]',
    'software["nginx"]',
  ]);
});

const queries = [
  'os.id = debian',
  'not os.version >= 12',
  'software has nginx',
  'software["nginx"].version >= 1.23',
  'not software["Office"].publisher = Microsoft',
  'software.name matches "k*"',
  'property.room = A',
  'property.rack != 1',
  'network.address in 10.2.0.0/16',
  'isOnline = true or hardware.memoryBytes > 8GiB',
];
const facts: fc.Arbitrary<MachineFacts> = fc
  .record({
    id: fc.constantFrom('debian', 'ubuntu'),
    version: fc.constantFrom('11', '12'),
    software: fc.subarray([
      ...inventory.software,
      { name: 'nginx', version: '1.30', source: 'dpkg' as const },
    ]),
    properties: fc.dictionary(fc.constantFrom('room', 'rack'), fc.constantFrom('A', '1'), {
      noNullPrototype: true,
    }),
    isOnline: fc.boolean(),
    hasInventory: fc.boolean(),
    address: fc.constantFrom('10.1.2.3', '10.2.2.3'),
  })
  .map(({ id, version, software, properties, isOnline, hasInventory, address }) => ({
    ...machine,
    properties,
    isOnline,
    inventory: hasInventory
      ? {
          ...inventory,
          software,
          operatingSystem: { ...inventory.operatingSystem, id, version },
          network: {
            hostname: 'h',
            interfaces: [
              {
                name: 'e',
                mac: '',
                isUp: true,
                addresses: [{ address, prefix: 16, family: 'ipv4' as const }],
              },
            ],
          },
        }
      : null,
  }));

test('an answer changes only with a change of an attribute that the rule names', () => {
  fc.assert(
    fc.property(fc.constantFrom(...queries), facts, facts, (query, previous, next) => {
      const rule = parseRule(query);
      if (truth(query, previous) === truth(query, next)) return;
      const changed = changedAttributes(previous, next);
      assert.ok(
        [...attributesOf(rule)].some((name) => changed.has(name)),
        query,
      );
    }),
    { numRuns: 1000 },
  );
});

test('nothing changed is no change', () => {
  assert.deepEqual(changedAttributes(machine, structuredClone(machine)), new Set());
  const next = structuredClone(machine);
  next.properties.room = 'B';
  next.inventory?.software.pop();
  assert.deepEqual(
    changedAttributes(machine, next),
    new Set(['property["room"]', 'software["office"]', 'software.name']),
  );
});
