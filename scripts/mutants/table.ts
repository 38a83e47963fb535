/** One mistake that somebody could make in a rule of the domain, and the tests that must notice it. */
export interface Mutant {
  /** What the customer would read aloud. */
  readonly rule: string;
  /** Below packages/domain/src, as are the tests. */
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}

function mutants(
  rule: string,
  file: string,
  tests: string | readonly string[],
  ...changes: readonly [find: string, replace: string][]
): Mutant[] {
  const testFiles = typeof tests === 'string' ? [tests] : tests;
  return changes.map(([find, replace]) => ({ rule, file, find, replace, tests: testFiles }));
}

/** Table. A survivor means a missing test; a `find` that is gone means a row to bring up to date. */
export const table: readonly Mutant[] = [
  ...mutants(
    'dpkg: epoch first, ~ before the end, letters before the rest',
    'version/dpkg.ts',
    'version/dpkg.test.ts',
    ["if (character === '~') return -1;", "if (character === '~') return 1;"],
    ['compareDigits(left.epoch, right.epoch) ||', ''],
    ["rest.lastIndexOf('-')", "rest.indexOf('-')"],
    ['? code : code + 256', '? code : code'],
  ),
  ...mutants(
    'rpm: ~ before the end, ^ after it, numbers after letters',
    'version/rpm.ts',
    'version/rpm.test.ts',
    ["if (segment === '~') return 0;", "if (segment === '~') return 2;"],
    ["if (segment === '^') return 2;", "if (segment === '^') return 0;"],
    ['const numberRank = 4', 'const numberRank = 2.5'],
    ['a === undefined ? -1 : 1', 'a === undefined ? 1 : -1'],
  ),
  ...mutants(
    'BPKG-20: versions compare as numbers, not as text',
    'version/generic.ts',
    'version/version.test.ts',
    ['? compareDigits(a, b) : compareText(a, b)', '? compareText(a, b) : compareText(a, b)'],
    ['return announcing.has(token) ? 0 : 2;', 'return 2;'],
    [
      "compareTokens(left[index] ?? '0', right[index] ?? '0')",
      "compareTokens(left[index] ?? '1', right[index] ?? '1')",
    ],
  ),
  ...mutants(
    'Membership: exclude wins, the limit limits, a rule must let in',
    'collection/membership.ts',
    'collection/membership.test.ts',
    ["reason('excluded-through', 'keeps-out'", "reason('excluded-through', 'none'"],
    ["reason('outside-limit', 'keeps-out'", "reason('outside-limit', 'none'"],
    ["reason('not-in-included', 'none'", "reason('not-in-included', 'lets-in'"],
    ["reason('query-unknown', 'none'", "reason('query-unknown', 'lets-in'"],
    ['if (!through.isMember)\n', 'if (through.isMember)\n'],
    ['if (start >= 0) throw', 'if (start > 99) throw'],
  ),
  ...mutants(
    'What is not known does not match, nor does its opposite',
    'truth.ts',
    ['truth.test.ts', 'collection/evaluate.test.ts'],
    ["if (truth === 'unknown') return 'unknown';", "if (truth === 'unknown') return 'yes';"],
    ["if (parts.includes('no')) return 'no';", ''],
    ["parts.includes('unknown') ? 'unknown' : 'yes'", "parts.includes('unknown') ? 'no' : 'yes'"],
  ),
  ...mutants(
    'Queries: != is not =, addresses by subnet, versions by their source',
    'collection/evaluate.ts',
    'collection/evaluate.test.ts',
    ["operator === '!=' ? !isAny('=')", "operator === '!=' ? isAny('!=')"],
    ['isInSubnet(address, subnet)', 'address.value === subnet.value'],
    ["versionHolds(value.scheme ?? 'generic', value.text", "versionHolds('generic', value.text"],
    ["needsInventory ? ['inventory'] : []", 'needsInventory ? [] : []'],
  ),
  ...mutants(
    'Only collections that a change concerns are evaluated, after those to which they refer',
    'collection/order.ts',
    'collection/membership.test.ts',
    ['concerned.add(referrer);', 'continue;'],
    ['walk.done.add(collection.id);', ''],
    [
      "return rule.kind === 'query' && rule.limitingCollectionId ? [rule.limitingCollectionId] : [];",
      'return [];',
    ],
  ),
  ...mutants(
    'Maintenance windows: run and margin end before the window does',
    'schedule/window-fit.ts',
    'schedule/window.test.ts',
    ['const neededMs = maxRunTimeMs + marginMs;', 'const neededMs = maxRunTimeMs;'],
    ['state.span.closesAt - nowMs >= neededMs', 'state.span.closesAt - nowMs > neededMs'],
    ["longestMs < neededMs ? 'window-never-fits'", "longestMs > neededMs ? 'window-never-fits'"],
    ['return earliestLongEnough(windows, nowMs, neededMs);', 'return null;'],
    ['tries < spansToTry', 'tries < 0'],
    ['span.closesAt - beginsAt >= neededMs', 'span.closesAt - span.opensAt >= neededMs'],
  ),
  ...mutants(
    'Maintenance windows: none is always open, adjoining ones are one',
    'schedule/window.ts',
    'schedule/window.test.ts',
    ['if (windows.length === 0) return { isOpen: true, span: null };', ''],
    ['span.opensAt <= nowMs', 'span.opensAt < nowMs'],
    ['filter((span) => span.opensAt <= atMs)', 'filter((span) => span.opensAt < atMs)'],
  ),
  ...mutants(
    'Schedules: skipped times fire at the change of clocks, repeated ones the first time',
    'schedule/zone.ts',
    'schedule/zone.test.ts',
    ['return Math.min(...valid);', 'return Math.max(...valid);'],
    ['return high * 1000;', 'return low * 1000;'],
    ['if (valid.length > 0) return', 'return'],
  ),
  ...mutants(
    'Schedules: intervals count from the start, short months have a last day',
    'schedule/occurrence.ts',
    'schedule/occurrence.test.ts',
    ['Math.max(startsAt, afterEpochMs + 1)', 'afterEpochMs + 1'],
    [
      'Math.min(rule.dayOfMonth ?? anchor.day, daysInMonth(month.year, month.month))',
      'rule.dayOfMonth ?? anchor.day',
    ],
    ['mondayOf(anchor) + period * rule.interval * 7', 'mondayOf(anchor) + period * 7'],
    ["const slack = rule.every === 'month' ? 2 : 1;", 'const slack = 0;'],
  ),
  ...mutants(
    'BPKG-45, BPKG-46: base level must be equal, absorbing levels contain',
    'software/applicability.ts',
    'software/applicability.test.ts',
    ['compareLevels(level, absorbing) >= 0', 'compareLevels(level, absorbing) > 0'],
    ['some((absorbing) => compareLevels(level, absorbing) >= 0)', 'some(() => false)'],
    [
      'compareLevels(level, target.baseServicePack) === 0',
      'compareLevels(level, target.baseServicePack) >= 0',
    ],
    ['if (contained) return contained;', ''],
  ),
  ...mutants(
    'BPKG-43, BPKG-44, BPKG-47: system, language and architecture must suit',
    'software/applicability.ts',
    'software/applicability.test.ts',
    ["if (architecture === 'any' || architecture === system.architecture) return [];", 'return [];'],
    ['actual === wanted ||', 'actual !== wanted ||'],
    ['system.version.startsWith(', 'system.version.includes('],
    ['|| target.operatingSystem === system.family', ''],
  ),
  ...mutants(
    'BPKG-48, BPKG-51: conditions combine, data and type of a registry value count',
    'software/condition-evaluation.ts',
    'software/condition.test.ts',
    ["condition.kind === 'all' ? allTruth : anyTruth", "condition.kind === 'any' ? allTruth : anyTruth"],
    ['truth: notTruth(inner.truth)', 'truth: inner.truth'],
    ['if (leaf.type !== undefined && leaf.type !== fact.type) return false;', ''],
    ["holds: truth === 'yes'", "holds: truth !== 'no'"],
  ),
  ...mutants(
    'BPKG-05, BPKG-11: limits in UTF-8 bytes, characters of a package id',
    'software/package-problems.ts',
    'software/package-problems.test.ts',
    ['id: 63,', 'id: 64,'],
    ['bytes > limit ?', 'bytes >= limit ?'],
    ['return encoder.encode(text).length;', 'return text.length;'],
    ['/^[A-Za-z0-9_-]+$/', '/^[A-Za-z0-9_.-]+$/'],
  ),
  ...mutants(
    'BPKG-18, BPKG-19, BPKG-35: service packs have versions, packages have detection',
    'software/package-problems.ts',
    'software/package-problems.test.ts',
    ['draft[field] === null', '!draft[field]'],
    ["draft.type === 'tool' ? []", "draft.type !== 'tool' ? []"],
  ),
  ...mutants(
    'Inventories: a difference that is applied gives the next inventory',
    'machine/difference.ts',
    'machine/difference.test.ts',
    ['[...difference.changed, ...difference.removed]', '[...difference.removed]'],
    ['filter(([key]) => !before.has(key)).flatMap', 'flatMap'],
    ['difference.network ?? previous.network', 'previous.network ?? difference.network'],
  ),
  ...mutants(
    'Inventories: the same software for another architecture is another one',
    'machine/software-text.ts',
    'machine/difference.test.ts',
    ['...(architecture === undefined ? {} : { architecture })', ''],
    ['text: canonicalJson(entry)', 'text: softwareKeyText(entry)'],
  ),
  ...mutants(
    'plan(): DIST-14: what a program requires comes first and once',
    'scenario/plan.ts',
    'scenario/plan.test.ts',
    ['return [...before, step];', 'return [step, ...before];'],
    ['if (planned.has(requiredKey)) return [];', ''],
    ['if (!path.includes(key)) return;', 'return;'],
  ),
  ...mutants(
    'plan(): BSCN-41, BPKG-52: what does not suit is left out with its reason',
    'scenario/plan.ts',
    'scenario/plan.test.ts',
    ["isUnknown ||= verdict.state === 'unknown';", ''],
    ['if (condition === false) {', 'if (condition === true) {'],
    [
      "return installs.length > 0 && !chosen.some(({ step }) => step.kind === 'install-package');",
      'return false;',
    ],
  ),
  ...mutants(
    'plan(): BPKG-32, BPKG-33, BSCN-34, BSCN-35: restarts where they are asked for, never two in a row',
    'scenario/restarts.ts',
    'scenario/plan.test.ts',
    ["options.restartAtStart ? [restart('start', null)] : []", '[]'],
    ['return [...before, chosen, ...after];', 'return [chosen, ...before, ...after];'],
    ['else if (isCertain(last)) continue;', 'else if (isCertain(last)) kept.push(one);'],
    ['software.restartAfterInstall ?', 'software.standalone ?'],
  ),
  ...mutants(
    'next(): BPKG-35: a run succeeds only when detection shows every install',
    'scenario/run-reports.ts',
    'scenario/run-state.test.ts',
    ['if (result.detection.length > 0 && !missing) return result;', 'if (!missing) return result;'],
    ["if (!seen) return { code: 'not-verified', params: { step: index } };", 'if (!seen) continue;'],
    ['if (!seen.isDetected) return', 'if (seen.isDetected) return'],
    [
      "if (step.result === null) return { code: 'step-without-result', params: { step: index } };",
      'if (step.result === null) continue;',
    ],
  ),
  ...mutants(
    'next(): one result for a step, one end for an attempt',
    'scenario/run-reports.ts',
    'scenario/run-state.test.ts',
    ['if (attempt !== state.attempt) return same(state);', ''],
    ['if (isFinal(open.status)) return same(state);', ''],
    [
      'const step = state.steps[result.index];\n  if (!step || step.result) return same(state);',
      'const step = state.steps[result.index];\n  if (!step) return same(state);',
    ],
  ),
  ...mutants(
    'nextWaves(): BSCN-08..13, BSCN-16: waiting groups',
    'deployment/waiting-group.ts',
    'deployment/waiting-group.test.ts',
    ['nowMs >= first.readyAt + maxWaitMs', 'nowMs > first.readyAt + maxWaitMs'],
    ['Math.floor(queue.length / maxTargets) * maxTargets', 'Math.min(queue.length, maxTargets)'],
    ['|| !isAnyoneExpected', ''],
    ['a.readyAt - b.readyAt ||', ''],
    ['nowMs >= latestStartAt', 'nowMs > latestStartAt + 60_000'],
    ['return Math.min(a, b);', 'return Math.max(a, b);'],
  ),
  ...mutants(
    'BSCN-12, BSCN-14: what unicast ignores, what an administrator is warned of',
    'deployment/delivery.ts',
    'deployment/delivery.test.ts',
    ["if (settings.method !== 'unicast')", "if (settings.method === 'auto')"],
    ['(field) => settings[field] !== null', '(field) => settings[field] === null'],
    ['maxTargets > limits.site', 'maxTargets >= limits.site'],
    ['&& !isInWave', ''],
    ['if (multicastRefusal)', "if (multicastRefusal && delivery.method === 'auto')"],
  ),
  ...mutants(
    'next(): BSCN-36..38, BSRV-27: error state, retries, cancel, silence',
    'scenario/run-state.ts',
    'scenario/run-state.test.ts',
    ['changed({ ...state, isInError: false }, message', 'changed({ ...state }, message'],
    [
      "if (state.startedAt === null) return end(state, 'cancelled'",
      "if (state.startedAt !== null) return end(state, 'cancelled'",
    ],
    ['|| at < state.deadlineAt) return same(state);', '|| at > state.deadlineAt) return same(state);'],
    [
      "state.status === 'succeeded' || state.status === 'not-applicable'",
      "state.status === 'not-applicable'",
    ],
  ),
  ...mutants(
    'next(): BSCN-37: automatic retries begin new attempts, then the failure stays',
    'scenario/run-transition.ts',
    'scenario/run-state.test.ts',
    ['state.retriesLeft > 0', 'state.retriesLeft > 1'],
    ['attempt: state.attempt + 1', 'attempt: state.attempt'],
    ["isInError: status === 'failed',", 'isInError: false,'],
  ),
];
