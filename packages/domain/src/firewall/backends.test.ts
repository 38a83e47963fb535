/** Each backend on recordings: which programs are asked, and the commands byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../failure.ts';
import { closeFirewall, type FirewallInput, missingRules, openFirewall, planFirewall } from './firewall.ts';
import { type Answer, commandLine, type Procedure } from './procedure.ts';
import { missingParams } from './report-text.ts';
import { firewallRules } from './rule-table.ts';

const rules = firewallRules('server', { https: 443, multicast: { first: 56100, last: 56227 } });
const server: FirewallInput = { role: 'server', rules, profiles: [], system: 'linux' };
const agentNeeds = { multicast: { first: 56100, last: 56227 }, siteAddresses: ['10.0.0.1', 'fd00::1'] };
const agent: FirewallInput = { ...server, role: 'agent', rules: firewallRules('agent', agentNeeds) };

const good = (stdout = ''): Answer => ({ code: 0, stdout, stderr: '' });
const absent: Answer = { code: null, stdout: '', stderr: '' };

/** Plays a procedure against answers by command line; the first that begins the same. @returns all that was run */
function play<T>(procedure: Procedure<T>, answers: Record<string, Answer | (() => Answer)>) {
  const ran: string[] = [];
  let step = procedure.next();
  while (!step.done) {
    const line = commandLine(step.value);
    ran.push(line);
    const found = Object.entries(answers).find(([start]) => line.startsWith(start))?.[1] ?? absent;
    step = procedure.next(typeof found === 'function' ? found() : found);
  }
  return { result: step.value, ran };
}

const base = { family: 'inet', table: 'f', name: 'i', type: 'filter', hook: 'input' };
const rulesetOf = (policy: string, ...exprs: unknown[][]) =>
  JSON.stringify({
    nftables: [
      { metainfo: {} },
      { chain: { ...base, policy } },
      ...exprs.map((expr, index) => ({
        rule: { family: 'inet', table: 'f', chain: 'i', handle: index + 5, expr },
      })),
    ],
  });

test('BFWL-07, BFWL-20: the commands of nftables byte for byte: one transaction, one rule for each address', () => {
  const { result } = play(planFirewall(agent), { 'nft -j': good(rulesetOf('drop')) });
  assert.deepEqual(result.commands, [
    `nft 'add chain inet f tenkai_agent; add rule inet f tenkai_agent udp dport 56100-56227 accept comment "Tenkai(agent UDP:56100-56227)"; add rule inet f tenkai_agent ip saddr 10.0.0.1 icmp type echo-request accept comment "Tenkai(agent ICMPv4:10.0.0.1)"; add rule inet f tenkai_agent ip6 saddr fd00::1 icmpv6 type echo-request accept comment "Tenkai(agent ICMPv6:fd00::1)"; add rule inet f i jump tenkai_agent comment "Tenkai(agent)"'`,
  ]);
});

const drop = [{ drop: null }];
const meta = (key: string) => ({ match: { op: '==', left: { meta: { key } }, right: 'x' } });
const dport = { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 443 } };
const state = (right: unknown) => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } });

test('BFWL-02: our rules stand before what turns everybody away, and behind what refuses somebody', () => {
  const place = (policy: string, ...exprs: unknown[][]) => {
    const { result } = play(planFirewall(server), { 'nft -j': good(rulesetOf(policy, ...exprs)) });
    return /(add rule inet f i jump|insert rule inet f i handle \d+)/.exec(result.commands[0] ?? '')?.[0];
  };
  const end = 'add rule inet f i jump';
  const before = (handle: number) => `insert rule inet f i handle ${handle}`;
  const table: [string | undefined, string, unknown[][]][] = [
    [undefined, 'accept', []],
    [undefined, 'accept', [[dport, ...drop]]],
    [undefined, 'accept', [[state('invalid'), ...drop]]],
    [undefined, 'accept', [[{ limit: {} }, ...drop]]],
    [end, 'drop', []],
    [end, 'drop', [[dport, ...drop]]],
    [before(5), 'accept', [drop]],
    [
      before(6),
      'drop',
      [
        [state('invalid'), ...drop],
        [{ counter: {} }, { reject: null }],
      ],
    ],
    [before(6), 'accept', [[dport, ...drop], [meta('l4proto'), { reject: {} }], drop]],
    [before(5), 'accept', [[state(['new', 'related']), ...drop]]],
    [before(5), 'accept', [[meta('iifname'), { xt: { type: 'target', name: 'REJECT' } }]]],
    [undefined, 'accept', [[{ xt: { type: 'match', name: 'set' } }, ...drop]]],
  ];
  for (const [expected, policy, exprs] of table)
    assert.equal(place(policy, ...exprs), expected, JSON.stringify([policy, exprs]));
});

test('BFWL-02: a drop in a chain that is jumped to counts, and a circle of jumps ends', () => {
  const chain = (name: string) => ({ chain: { family: 'inet', table: 'f', name } });
  const rule = (of: string, handle: number, ...expr: unknown[]) => ({
    rule: { family: 'inet', table: 'f', chain: of, handle, expr },
  });
  const jump = (target: string) => ({ jump: { target } });
  const ruleset = (...last: unknown[]) =>
    JSON.stringify({
      nftables: [
        { chain: { ...base, policy: 'accept' } },
        chain('a'),
        chain('b'),
        rule('i', 7, meta('iifname'), jump('a')),
        rule('a', 8, { goto: { target: 'b' } }),
        rule('b', 9, jump('a')),
        ...last,
      ],
    });
  const circle = play(planFirewall(server), { 'nft -j': good(ruleset()) });
  assert.deepEqual(circle.result.backends, []);
  const { result } = play(planFirewall(server), { 'nft -j': good(ruleset(rule('b', 10, { drop: null }))) });
  assert.match(result.commands[0] ?? '', /insert rule inet f i handle 7 jump tenkai_server/);
});

const firewalldAnswers = {
  'firewall-cmd --state': good('running\n'),
  'firewall-cmd --get-default-zone': good('public\n'),
  'firewall-cmd --get-active-zones': good('work (default)\n  interfaces: eth0\n'),
  'nft -j': good(rulesetOf('accept')),
};

test('BFWL-07, BFWL-11: the commands of firewalld byte for byte: now and permanently, in every zone in use', () => {
  const { result } = play(planFirewall(agent), { ...firewalldAnswers, 'firewall-cmd': good() });
  const port = `--add-rich-rule=rule priority="-7444" port port="56100-56227" protocol="udp" accept`;
  const v4 = `--add-rich-rule=rule priority="-7444" family="ipv4" source address="10.0.0.1" icmp-type name="echo-request" accept`;
  const v6 = `--add-rich-rule=rule priority="-7444" family="ipv6" source address="fd00::1" icmp-type name="echo-request" accept`;
  const words = `'${port}' '${v4}' '${v6}'`;
  assert.deepEqual(result.commands, [
    `firewall-cmd --zone=public ${words}`,
    `firewall-cmd --permanent --zone=public ${words}`,
    `firewall-cmd --zone=work ${words}`,
    `firewall-cmd --permanent --zone=work ${words}`,
  ]);
  const only = play(planFirewall({ ...agent, profiles: ['dmz'] }), {
    ...firewalldAnswers,
    'firewall-cmd': good(),
  });
  assert.deepEqual(only.result.commands, [
    `firewall-cmd --zone=dmz ${words}`,
    `firewall-cmd --permanent --zone=dmz ${words}`,
  ]);
});

const ufwAnswers = (added: string) => ({
  'ufw status': good('Status: active\n'),
  'ufw show added': good(`Added user rules (see 'ufw status' for running firewall):\n${added}`),
  'iptables -S': good('-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT\n'),
  'nft -j': good(rulesetOf('accept')),
});

test('BFWL-02, BFWL-07: the commands of ufw byte for byte; what it cannot be told is said with the line to write', () => {
  const { result } = play(planFirewall(agent), ufwAnswers('ufw allow 22/tcp\n'));
  assert.deepEqual(result.commands, [
    "ufw prepend allow 56100:56227/udp comment 'Tenkai(agent UDP:56100-56227)'",
  ]);
  assert.deepEqual(
    result.rules.map(({ state, remedy }) => [state, remedy]),
    [
      ['missing', undefined],
      ['given', undefined],
      [
        'manual',
        'Add to /etc/ufw/before6.rules before COMMIT: -A ufw6-before-input -s fd00::1 -p icmpv6 --icmpv6-type echo-request -j ACCEPT; then: ufw reload',
      ],
    ],
  );
  assert.deepEqual(missingParams(result, 'tenkai-agent firewall open'), {
    count: 2,
    rules: 'Tenkai(agent UDP:56100-56227), Tenkai(agent ICMPv6:fd00::1)',
    remedy: `Run as root: tenkai-agent firewall open ${result.rules[2]?.remedy}`,
  });
});

test('BFWL-04: ufw: roles share a port, somebody else keeps his rule, and what is not needed any more goes', () => {
  const commands = (procedure: Procedure<{ commands: readonly string[] }>, added: string) =>
    play(procedure, ufwAnswers(added)).result.commands;
  const ours = "ufw allow 56100:56227/udp comment 'Tenkai(UDP:56100-56227)'\n";
  const both = "ufw allow 56100:56227/udp comment 'Tenkai(UDP:56100-56227) Tenkai(agent UDP:56100-56227)'";
  assert.deepEqual(commands(planFirewall(agent), ours), [both]);
  assert.deepEqual(commands(planFirewall(agent, 'close'), both), [ours.trim()]);
  assert.deepEqual(commands(planFirewall(agent, 'close'), ours), []);
  const foreign =
    "ufw allow 443/tcp comment 'mine'\nufw allow 56100:56227/udp\nufw allow from 10.0.0.0/8 to any port 80\n";
  assert.deepEqual(commands(planFirewall(server), foreign), []);
  assert.deepEqual(commands(planFirewall(server, 'close'), foreign), []);
  const stale = `ufw allow 8443/tcp comment 'Tenkai(TCP:8443)'\nufw allow 443/tcp comment 'Tenkai(TCP:443)'\n${ours}`;
  assert.deepEqual(commands(planFirewall(server), stale), ['ufw delete allow 8443/tcp']);
});

test('BFWL-04: where a command is refused, those before it are taken back, the last first', () => {
  const answers = {
    'ufw prepend allow 443/tcp': good(),
    'ufw prepend allow 56100:56227/udp': { code: 1, stdout: '', stderr: 'ERROR: could not write' },
    'ufw delete allow 443/tcp': good(),
    ...ufwAnswers(''),
  };
  const ran: string[] = [];
  const recorded = Object.fromEntries(
    Object.entries(answers).map(([start, answer]) => [
      start,
      () => {
        ran.push(start);
        return answer;
      },
    ]),
  );
  const refused = (code: string) => (error: unknown) =>
    error instanceof Failure && error.code === code && error.detail.startsWith('ERROR: could not write');
  assert.throws(() => play(openFirewall(server), recorded), refused('firewall-refused'));
  assert.deepEqual(ran.slice(-3), Object.keys(answers).slice(0, 3));
  const stuck = { ...answers, 'ufw delete allow 443/tcp': { code: 1, stdout: '', stderr: '' } };
  assert.throws(() => play(openFirewall(server), stuck), refused('firewall-half'));
});

test('BFWL-04: open is believed only when the rules are seen, close only when they are gone', () => {
  const deaf = { nft: good(rulesetOf('drop')) };
  assert.throws(() => play(openFirewall(server), deaf), { code: 'firewall-not-open' });
  const stubborn = { ...ufwAnswers("ufw allow 443/tcp comment 'Tenkai(TCP:443)'\n"), ufw: good() };
  assert.throws(() => play(closeFirewall(server), stubborn), { code: 'firewall-not-closed' });
});

test('BFWL-03: where nothing guards, nothing is missing and nothing is done', () => {
  for (const answers of [
    {},
    { 'nft -j': good(rulesetOf('accept')), 'ufw status': good('Status: inactive\n') },
  ]) {
    const { result } = play(openFirewall(server), answers);
    assert.deepEqual([result.backends, result.commands, missingRules(result)], [[], [], []]);
  }
});

test('BFWL-04: what an idle firewall still holds of ours goes too', () => {
  const { result } = play(planFirewall(server, 'close'), {
    'firewall-cmd --state': { code: 252, stdout: '', stderr: 'not running' },
    'firewall-offline-cmd --get-zones': good('public\n'),
    'firewall-offline-cmd --zone=public --list-rich-rules': good(
      'rule priority="-7443" port port="443" protocol="tcp" accept\nrule service name="ssh" accept\n',
    ),
  });
  assert.deepEqual(result.commands, [
    `firewall-offline-cmd --zone=public '--remove-rich-rule=rule priority="-7443" port port="443" protocol="tcp" accept'`,
  ]);
});
