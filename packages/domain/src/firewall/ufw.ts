import type { Backend, RuleState } from './backend.ts';
import { type Act, type Ask, ask, type Procedure } from './procedure.ts';
import { type EchoRule, type PortRule, portText } from './rule.ts';

/** ufw knows a rule by its ports alone, so both roles may have to share one: its comment names each rule of ours. */
export const ufw: Backend = {
  name: 'ufw',
  *presence() {
    const { code, stdout } = yield ask('ufw', 'status');
    if (code !== 0) return 'absent';
    return /^Status: active$/m.test(stdout) ? 'active' : 'idle';
  },
  *look({ role, rules }) {
    const { stdout } = yield ask('ufw', 'show', 'added');
    const present = parseAdded(stdout);
    const ports = rules.filter((rule) => rule.kind === 'port');
    const wanted = new Map(ports.map((rule) => [target(rule), rule]));
    const isOurs = (name: string) =>
      name.startsWith('Tenkai(') && name.startsWith('Tenkai(agent') === (role === 'agent');
    const ours = present.filter(({ names }) => names.some(isOurs));
    const stale = ours.filter((rule) =>
      rule.names.some((name) => isOurs(name) && wanted.get(rule.target)?.name !== name),
    );
    const looks = ports.map((rule) => lookAtPort(rule, present));
    const echoes: RuleState[] = [];
    for (const rule of rules) if (rule.kind === 'echo') echoes.push(yield* lookAtEcho(rule));
    return {
      states: [...looks.map(({ state }) => state), ...echoes],
      open: [...stale.map((rule) => removal(rule, isOurs)), ...looks.flatMap(({ acts }) => acts)],
      close: ours.map((rule) => removal(rule, isOurs)),
    };
  },
};

interface Added {
  /** `443/tcp` */
  readonly target: string;
  readonly comment: string;
  /** Our rules that its comment names; none: somebody else's. */
  readonly names: readonly string[];
}

/** Lines such as `ufw allow 443/tcp comment 'Tenkai(TCP:443)'`; those with addresses or interfaces are not like ours. */
function parseAdded(text: string): Added[] {
  return text.split('\n').flatMap((line) => {
    const match = /^ufw allow (\S+\/(?:tcp|udp))(?: comment '(.*)')?$/.exec(line);
    if (!match) return [];
    const comment = match[2] ?? '';
    return [{ target: match[1] ?? '', comment, names: comment.match(/Tenkai\([^)]*\)/g) ?? [] }];
  });
}

const target = (rule: PortRule) => `${portText(rule, ':')}/${rule.protocol}`;

/** `prepend`: before a denial of somebody else, which would otherwise win; ufw takes the first that suits. */
export function ufwAdd(where: string, comment: string): Ask {
  return ask('ufw', 'prepend', 'allow', where, 'comment', comment);
}

const ufwDelete = (where: string) => ask('ufw', 'delete', 'allow', where);
const ufwComment = (where: string, comment: string) => ask('ufw', 'allow', where, 'comment', comment);

function lookAtPort(rule: PortRule, present: readonly Added[]): { state: RuleState; acts: Act[] } {
  const where = target(rule);
  const same = present.find((added) => added.target === where);
  const state = (kind: RuleState['state']): RuleState => ({
    rule: rule.name,
    backend: 'ufw',
    where,
    state: kind,
  });
  if (!same) {
    const acts = [{ ask: ufwAdd(where, rule.name), undo: ufwDelete(where) }];
    return { state: state('missing'), acts };
  }
  if (same.names.includes(rule.name)) return { state: state('open'), acts: [] };
  if (same.names.length === 0) return { state: state('given'), acts: [] };
  const both = [...same.names, rule.name].join(' ');
  const acts = [{ ask: ufwComment(where, both), undo: ufwComment(where, same.comment) }];
  return { state: state('missing'), acts };
}

/** A rule that the other role needs too keeps standing, in its name alone. */
function removal({ target: where, comment, names }: Added, isOurs: (name: string) => boolean): Act {
  const others = names.filter((name) => !isOurs(name));
  if (others.length > 0)
    return { ask: ufwComment(where, others.join(' ')), undo: ufwComment(where, comment) };
  return { ask: ufwDelete(where), undo: ufwAdd(where, comment) };
}

const echoChains = {
  ipv4: {
    list: ask('iptables', '-S', 'ufw-before-input'),
    file: '/etc/ufw/before.rules',
    chain: 'ufw-before-input',
  },
  ipv6: {
    list: ask('ip6tables', '-S', 'ufw6-before-input'),
    file: '/etc/ufw/before6.rules',
    chain: 'ufw6-before-input',
  },
} as const;

/** ufw has no command for ICMP: its own files let echo requests in, unless an administrator took that out. */
function* lookAtEcho(rule: EchoRule): Procedure<RuleState> {
  const { list, file, chain } = echoChains[rule.family];
  const { stdout } = yield list;
  const isIn = stdout.split('\n').some((line) => letsEchoIn(line, rule.source));
  const [protocol, type] = rule.family === 'ipv4' ? ['icmp', '--icmp-type'] : ['icmpv6', '--icmpv6-type'];
  const line = `-A ${chain} -s ${rule.source} -p ${protocol} ${type} echo-request -j ACCEPT`;
  const state = { rule: rule.name, backend: 'ufw', where: chain } as const;
  if (isIn) return { ...state, state: 'given' };
  return { ...state, state: 'manual', remedy: `Add to ${file} before COMMIT: ${line}; then: ufw reload` };
}

function letsEchoIn(line: string, source: string): boolean {
  if (!/--icmp(?:v6)?-type (?:8|128)\b.*-j ACCEPT$/.test(line)) return false;
  const from = / -s (\S+?)(?:\/32|\/128)? /.exec(line)?.[1];
  return from === undefined || from === source;
}
