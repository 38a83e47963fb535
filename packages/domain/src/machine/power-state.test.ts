import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PowerState } from './machine.ts';
import { bootLimitMs, nextPower, type PowerPicture, type PowerSignal, unseenMachine } from './power-state.ts';

type Told = Omit<Extract<PowerSignal, { kind: 'heartbeat' }>, 'at' | 'kind'>;
type Word =
  | Told['state']
  | 'connected'
  | 'disconnected'
  | 'answers echo'
  | 'no echo'
  /** Time passes until a start is no longer believed. */
  | 'long after'
  | 'new boot';

/** Plays words one second apart and gives the power state after each. */
function play(words: readonly Word[], start: PowerPicture = unseenMachine) {
  let picture = start;
  let at = 1000;
  let boot = 1;
  return words.map((word): PowerState => {
    at += 1000;
    if (word === 'long after') at += bootLimitMs;
    else if (word === 'new boot') boot += 1;
    else picture = nextPower(picture, signalOf(word, `boot-${boot}`, at));
    return picture.power;
  });
}

function signalOf(word: Exclude<Word, 'long after' | 'new boot'>, bootId: string, at: number): PowerSignal {
  if (word === 'connected' || word === 'disconnected') return { kind: word, at };
  if (word === 'answers echo' || word === 'no echo')
    return { kind: 'gone', answersEcho: word === 'answers echo', at };
  return { kind: 'heartbeat', state: word, bootId, at };
}

const histories: readonly { name: string; words: readonly Word[]; states: readonly PowerState[] }[] = [
  {
    name: 'BAGT-12: off, booting, and on only after check-in',
    words: ['running', 'shutting-down', 'disconnected', 'new boot', 'connected', 'starting', 'running'],
    states: ['on', 'on', 'off', 'off', 'booting', 'booting', 'on'],
  },
  {
    name: 'BPWR-12: a restart that was announced is neither off nor unreachable, however often echo fails',
    words: [
      'running',
      'restarting',
      'disconnected',
      'no echo',
      'no echo',
      'new boot',
      'connected',
      'running',
    ],
    states: ['on', 'restarting', 'restarting', 'restarting', 'restarting', 'restarting', 'restarting', 'on'],
  },
  {
    name: 'BPWR-12: two restarts in one job show no false off',
    words: [
      'running',
      'restarting',
      'disconnected',
      'new boot',
      'running',
      'restarting',
      'new boot',
      'starting',
      'running',
    ],
    states: [
      'on',
      'restarting',
      'restarting',
      'restarting',
      'on',
      'restarting',
      'restarting',
      'booting',
      'on',
    ],
  },
  {
    name: 'a restart that never comes back is unreachable after its limit',
    words: ['running', 'restarting', 'disconnected', 'long after', 'no echo'],
    states: ['on', 'restarting', 'restarting', 'restarting', 'unreachable'],
  },
  {
    name: 'BPWR-05: with echo blocked a machine that was shut down is off and one whose agent speaks is on',
    words: ['running', 'shutting-down', 'disconnected', 'no echo', 'new boot', 'running'],
    states: ['on', 'on', 'off', 'off', 'off', 'on'],
  },
  {
    name: 'BAGT-19: with a dead agent and an answering host the machine stays on',
    words: ['running', 'disconnected', 'answers echo', 'answers echo'],
    states: ['on', 'on', 'on', 'on'],
  },
  {
    name: 'without a word and without echo it is unreachable, not off',
    words: ['running', 'disconnected', 'no echo', 'running'],
    states: ['on', 'on', 'unreachable', 'on'],
  },
  {
    name: 'a machine that was off and answers echo is booting, and on without its agent after the limit',
    words: [
      'running',
      'shutting-down',
      'disconnected',
      'answers echo',
      'answers echo',
      'long after',
      'answers echo',
    ],
    states: ['on', 'on', 'off', 'booting', 'booting', 'booting', 'on'],
  },
  {
    name: 'a start behind a closed firewall is no error, but one that never ends is unreachable',
    words: ['starting', 'no echo', 'long after', 'no echo'],
    states: ['booting', 'booting', 'booting', 'unreachable'],
  },
  {
    name: 'a short loss of the connection changes nothing',
    words: ['running', 'disconnected', 'connected', 'running'],
    states: ['on', 'on', 'on', 'on'],
  },
  {
    name: 'an agent that starts again within one boot leaves the machine on',
    words: ['running', 'starting', 'running'],
    states: ['on', 'on', 'on'],
  },
  {
    name: 'an agent that starts after an unannounced restart shows booting',
    words: ['running', 'new boot', 'starting', 'running'],
    states: ['on', 'on', 'booting', 'on'],
  },
  {
    name: 'a restart that was called off leaves the machine on, and its later silence is not a restart',
    words: ['running', 'restarting', 'running', 'disconnected', 'no echo'],
    states: ['on', 'restarting', 'on', 'on', 'unreachable'],
  },
  {
    name: 'a shutdown without a socket is noticed by silence',
    words: ['running', 'shutting-down', 'no echo'],
    states: ['on', 'on', 'off'],
  },
  {
    name: 'a machine that was never heard is unknown until something answers',
    words: ['connected', 'disconnected', 'no echo'],
    states: ['unknown', 'unknown', 'unreachable'],
  },
];

for (const { name, words, states } of histories) {
  test(name, () => assert.deepEqual(play(words), states));
}

test('the time of a state is the time at which it began', () => {
  const first = nextPower(unseenMachine, { kind: 'heartbeat', state: 'running', bootId: 'a', at: 5 });
  const second = nextPower(first, { kind: 'heartbeat', state: 'running', bootId: 'b', at: 9 });
  assert.deepEqual(second, { power: 'on', since: 5, announced: 'nothing', bootId: 'b' });
  assert.equal(nextPower(second, { kind: 'heartbeat', state: 'running', bootId: 'b', at: 10 }), second);
});
