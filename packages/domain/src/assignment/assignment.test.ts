import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AssignmentInput,
  type AssignmentSource,
  type Greeting,
  judgeAssignment,
  type SourceAnswer,
  type SourceStep,
} from './assignment.ts';
import type { Boundary } from './boundary.ts';

const mp = 'https://mp.example';
const other = 'https://mp2.example';
const tk1: Greeting = { siteCode: 'TK1', siteName: 'Tokyo' };
const refused = (code: string) => ({ refused: { code, params: {} } });

const boundary = (over: Partial<Boundary> = {}): Boundary => ({
  name: 'office',
  range: '10.1.0.0/16',
  siteCode: 'TK1',
  managementPoint: mp,
  isForAssignment: true,
  ...over,
});

interface World {
  readonly answers?: Partial<Record<AssignmentSource, SourceAnswer>>;
  readonly greetings?: Readonly<Record<string, Greeting>>;
}

/** Plays a machine: asks what it is told to ask, in a world that answers. */
function play(over: Partial<AssignmentInput>, world: World) {
  const input: AssignmentInput = {
    rootFingerprint: 'ab'.repeat(32),
    isHeld: false,
    addresses: ['10.1.2.3'],
    boundaries: [],
    ...over,
  };
  const heard = { answers: {} as Record<string, SourceAnswer>, greetings: {} as Record<string, Greeting> };
  const asked: string[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const judgement = judgeAssignment(input, heard);
    const { next } = judgement;
    if (!next) return { ...judgement, asked };
    asked.push(next.ask === 'source' ? `${next.source} ${next.input}` : next.url);
    if (next.ask === 'greeting')
      heard.greetings[next.url] = world.greetings?.[next.url] ?? refused('site-unreachable');
    else
      heard.answers[next.source] = world.answers?.[next.source] ?? { failed: { code: 'mute', params: {} } };
  }
  throw new Error('it never ends');
}

const shown = (steps: readonly SourceStep[]) =>
  steps.map(({ verdict, reason }) => `${verdict}: ${reason.code}`);
const notGiven = {
  given: 'not-asked: management-point-not-given',
  boundary: 'not-asked: boundaries-not-given',
  directory: 'not-asked: directory-not-given',
  locator: 'not-asked: locator-not-given',
  dns: 'not-asked: dns-suffix-not-given',
};
const already = 'not-asked: assigned-already';

interface Case {
  readonly name: string;
  readonly given: Partial<AssignmentInput>;
  readonly world?: World;
  readonly steps: readonly [string, string, string, string, string];
  readonly asked: readonly string[];
  readonly url?: string;
}

const everything = {
  managementPoint: mp,
  boundaries: [boundary()],
  directory: 'ldaps://dc1/dc=x',
  locator: other,
  dnsSuffix: 'example.org',
};

const cases: readonly Case[] = [
  {
    name: 'AGENT-03: a machine to which nothing was given asks nobody',
    given: {},
    steps: [notGiven.given, notGiven.boundary, notGiven.directory, notGiven.locator, notGiven.dns],
    asked: [],
  },
  {
    name: 'AGENT-04: a machine that is held asks nobody, whatever was given',
    given: { ...everything, isHeld: true },
    steps: [
      'not-asked: assignment-held',
      'not-asked: assignment-held',
      'not-asked: assignment-held',
      'not-asked: assignment-held',
      'not-asked: assignment-held',
    ],
    asked: [],
  },
  {
    name: 'without a pinned root key nobody is asked',
    given: { ...everything, rootFingerprint: undefined },
    steps: [
      'not-asked: root-key-not-pinned',
      'not-asked: root-key-not-pinned',
      'not-asked: root-key-not-pinned',
      'not-asked: root-key-not-pinned',
      'not-asked: root-key-not-pinned',
    ],
    asked: [],
  },
  {
    name: 'AGENT-20: what was given on purpose comes before everything else',
    given: everything,
    world: { greetings: { [mp]: tk1 } },
    steps: ['taken: assignment-taken', already, already, already, already],
    asked: [mp],
    url: mp,
  },
  {
    name: 'AGENT-20: a directory goes before a locator, as the extended schema did',
    given: { directory: 'ldaps://dc1/dc=x', locator: other, dnsSuffix: 'example.org' },
    world: { answers: { directory: { found: [{ url: mp, siteCode: 'TK1' }] } }, greetings: { [mp]: tk1 } },
    steps: [notGiven.given, notGiven.boundary, 'taken: assignment-taken', already, already],
    asked: ['directory ldaps://dc1/dc=x', mp],
    url: mp,
  },
  {
    name: 'AGENT-21: a locator alone is enough',
    given: { locator: other },
    world: { answers: { locator: { found: [{ url: mp, siteCode: 'TK1' }] } }, greetings: { [mp]: tk1 } },
    steps: [notGiven.given, notGiven.boundary, notGiven.directory, 'taken: assignment-taken', already],
    asked: [`locator ${other}`, mp],
    url: mp,
  },
  {
    name: 'AGENT-21: a DNS suffix alone is enough',
    given: { dnsSuffix: 'example.org' },
    world: { answers: { dns: { found: [{ url: mp, siteCode: null }] } }, greetings: { [mp]: tk1 } },
    steps: [
      notGiven.given,
      notGiven.boundary,
      notGiven.directory,
      notGiven.locator,
      'taken: assignment-taken',
    ],
    asked: ['dns _tenkai_mp._tcp.example.org', mp],
    url: mp,
  },
  {
    name: 'SITE-16: inside of a boundary the machine belongs to its site',
    given: { boundaries: [boundary()] },
    world: { greetings: { [mp]: tk1 } },
    steps: [notGiven.given, 'taken: assignment-taken', already, already, already],
    asked: [mp],
    url: mp,
  },
  {
    name: 'SITE-16: outside of all boundaries it stays unassigned',
    given: { boundaries: [boundary()], addresses: ['192.0.2.9'] },
    steps: [
      notGiven.given,
      'nothing: outside-boundaries',
      notGiven.directory,
      notGiven.locator,
      notGiven.dns,
    ],
    asked: [],
  },
  {
    name: 'an address that cannot be reached leaves it to the next source',
    given: { managementPoint: mp, dnsSuffix: 'example.org', siteCode: 'TK1' },
    world: { answers: { dns: { found: [{ url: other, siteCode: 'TK1' }] } }, greetings: { [other]: tk1 } },
    steps: [
      'refused: site-unreachable',
      notGiven.boundary,
      notGiven.directory,
      notGiven.locator,
      'taken: assignment-taken',
    ],
    asked: [mp, 'dns _tenkai_mp_tk1._tcp.example.org', other],
    url: other,
  },
  {
    name: 'of several addresses the first with the pinned root key is taken',
    given: { dnsSuffix: 'example.org' },
    world: {
      answers: {
        dns: {
          found: [
            { url: other, siteCode: null },
            { url: mp, siteCode: null },
          ],
        },
      },
      greetings: { [other]: refused('site-root-mismatch'), [mp]: tk1 },
    },
    steps: [
      notGiven.given,
      notGiven.boundary,
      notGiven.directory,
      notGiven.locator,
      'taken: assignment-taken',
    ],
    asked: ['dns _tenkai_mp._tcp.example.org', other, mp],
    url: mp,
  },
  {
    name: 'a foreign root key is refused, and the machine stays unassigned',
    given: { managementPoint: mp },
    world: { greetings: { [mp]: refused('site-root-mismatch') } },
    steps: [
      'refused: site-root-mismatch',
      notGiven.boundary,
      notGiven.directory,
      notGiven.locator,
      notGiven.dns,
    ],
    asked: [mp],
  },
  {
    name: 'another site than the wanted one is refused without being asked, where the source names it',
    given: { locator: other, siteCode: 'OSA' },
    world: { answers: { locator: { found: [{ url: mp, siteCode: 'TK1' }] } } },
    steps: [notGiven.given, notGiven.boundary, notGiven.directory, 'refused: other-site', notGiven.dns],
    asked: [`locator ${other}`],
  },
  {
    name: 'an address whose site is another one than the source said is refused',
    given: { locator: other },
    world: { answers: { locator: { found: [{ url: mp, siteCode: 'OSA' }] } }, greetings: { [mp]: tk1 } },
    steps: [notGiven.given, notGiven.boundary, notGiven.directory, 'refused: other-site', notGiven.dns],
    asked: [`locator ${other}`, mp],
  },
  {
    name: 'a source that fails or has nothing says so, and the next one is asked',
    given: { locator: other, dnsSuffix: 'example.org' },
    world: { answers: { dns: { nothing: { code: 'dns-no-record', params: {} } } } },
    steps: [notGiven.given, notGiven.boundary, notGiven.directory, 'refused: mute', 'nothing: dns-no-record'],
    asked: [`locator ${other}`, 'dns _tenkai_mp._tcp.example.org'],
  },
];

describe('judgeAssignment', () => {
  for (const { name, given, world = {}, steps, asked, url } of cases)
    test(name, () => {
      const played = play(given, world);
      assert.deepEqual(shown(played.steps), steps);
      assert.deepEqual(played.asked, asked);
      assert.equal(played.assignment?.url, url);
    });
});
