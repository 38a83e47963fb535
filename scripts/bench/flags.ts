/** `--seed 7 --agents 1000 --short` as `{ seed: 7, flags: { agents: '1000', short: true } }`. */
export function parseFlags(args: readonly string[]): {
  seed: number;
  flags: Record<string, string | true>;
} {
  const flags: Record<string, string | true> = {};
  for (let at = 0; at < args.length; at += 1) {
    const [name = '', value] = (args[at] ?? '').replace(/^--/, '').split('=', 2);
    const next = args[at + 1];
    const takesNext = value === undefined && next !== undefined && !next.startsWith('--');
    flags[name] = value ?? (takesNext ? next : true);
    if (takesNext) at += 1;
  }
  const { seed = '1', ...others } = flags;
  return { seed: Number(seed) || 1, flags: others };
}
