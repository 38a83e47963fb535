import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderServices, parseDnsSuffix, type ServiceRecord, serviceName } from './service-record.ts';

const record = (name: string, priority: number, weight = 0, port = 443): ServiceRecord => ({
  name,
  port,
  priority,
  weight,
});
const never = () => 0;

test('management points are published below the suffix, by site code', () => {
  assert.equal(serviceName('TK1', 'example.org'), '_tenkai_mp_tk1._tcp.example.org');
  assert.equal(serviceName(undefined, 'example.org'), '_tenkai_mp._tcp.example.org');
  assert.equal(parseDnsSuffix('.Example.org.'), 'example.org');
  for (const text of ['', '.', 'a..b', 'a b', '-a.org', '_tcp.example'])
    assert.equal(parseDnsSuffix(text), undefined);
});

test('lower priorities come first, and what is no address is left out', () => {
  const records = [
    record('c.example', 20),
    record('a.example.', 10),
    record('b.example', 10, 0, 8443),
    record('.', 0),
    record('bad_name.example', 0),
    record('d.example', 0, 0, 0),
  ];
  assert.deepEqual(orderServices(records, never), [
    'https://a.example',
    'https://b.example:8443',
    'https://c.example',
  ]);
  assert.deepEqual(orderServices([record('.', 0)], never), []);
});

test('within one priority the weight decides how often one is the first', () => {
  const records = [record('light.example', 1, 10), record('heavy.example', 1, 90)];
  let first = 0;
  for (let step = 0; step < 100; step += 1)
    if (orderServices(records, () => step / 100)[0] === 'https://heavy.example') first += 1;
  assert.ok(first > 80 && first < 95, String(first));
});

test('a flood of records is bounded', () => {
  const many = Array.from({ length: 500 }, (_, index) => record(`h${index}.example`, 1, index));
  assert.equal(orderServices(many, () => 0.5).length, 16);
});
