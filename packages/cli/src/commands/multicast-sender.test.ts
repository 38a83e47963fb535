import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRepresentative } from '@tenkai/transfer/multicast/representative.ts';
import { senderText } from './multicast.ts';

const machine = (name: string, over: object = {}) => ({
  ...{ machine: name, isOnline: true, power: 'mains' as const, freeDiskBytes: 2 ** 40, linkMbits: 100 },
  ...{ isWireless: false, haveBytes: 0, failures: 0, ...over },
});

test('BSCN-26: who sends to a subnet, and why it was chosen, is told in words', () => {
  const rows: [object, string][] = [
    [{ rule: 'named' }, 'ash for 10.9.8.0/24 (named by hand)'],
    [{ haveBytes: 1 }, 'ash for 10.9.8.0/24 (had most of the content)'],
    [{ linkMbits: 1000 }, 'ash for 10.9.8.0/24 (faster link)'],
    [{ freeDiskBytes: 2 ** 41 }, 'ash for 10.9.8.0/24 (more room on its disk)'],
    [{}, 'ash for 10.9.8.0/24 (first by name)'],
  ];
  for (const [over, expected] of rows) {
    const { chosenBy = 'only' } = chooseRepresentative([machine('ash', over), machine('birch')], 1000);
    const representative = { machineId: 'm', machineName: 'ash', chosenBy };
    assert.equal(senderText({ subnet: '10.9.8.0/24', representative }), expected);
  }
  assert.equal(senderText({ subnet: null, representative: null }), 'the site');
});
