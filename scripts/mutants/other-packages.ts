import { type Mutant, mutantsIn } from './mutant.ts';

/** Rules outside the domain, each with the few test files that must notice it. */
export const otherPackages: readonly Mutant[] = [
  ...mutantsIn(
    'transfer/src',
    {
      rule: 'Multicast: no datagram that is not ours, whole and unchanged',
      file: 'multicast/datagram.ts',
      tests: 'multicast/datagram.test.ts',
    },
    ['return !isShard || from.length === DATAGRAM_BYTES;', 'return true;'],
    ['isGenuine: (datagram) => isTag(datagram, tagOf(datagram))', 'isGenuine: () => true'],
    ['difference |= (datagram[DIGEST_AT + index] as number) ^ (digest[index] as number);', ''],
  ),
  ...mutantsIn(
    'transfer/src',
    {
      rule: 'BSCN-28: an address of the pool that no running session shares',
      file: 'multicast/address-pool.ts',
      tests: 'multicast/address-pool.test.ts',
    },
    ['address & 0x7fffff', 'address'],
    ['&& !ports.includes(one.senderPort)', ''],
  ),
  ...mutantsIn(
    'transfer/src',
    {
      rule: 'The representative of a subnet: fit, and the best of those that are',
      file: 'multicast/representative.ts',
      tests: 'multicast/representative.test.ts',
    },
    ["if (!isOnline) return 'offline';", ''],
    ['failures >= MOST_FAILURES', 'failures > MOST_FAILURES'],
    ['Math.max(0, contentBytes - haveBytes) * DISK_FACTOR', 'contentBytes * 0'],
  ),
  ...mutantsIn(
    'transfer/src',
    {
      rule: 'BAUT-23: a repository is believed when its index is signed, new and the only one of its number',
      file: 'repository/trust.ts',
      tests: 'repository/repository.test.ts',
    },
    ['if (seen && version < seen.version)', 'if (seen && version < 0)'],
    ['&& digest !== seen.digest', "&& digest === ''"],
    ['if (index.expiresAt <= now) {', 'if (index.expiresAt <= 0) {'],
    ['if (!ours.some((signature) => isSigned(indexProof(signed.body), signature)))', 'if (ours.length > 99)'],
  ),
  ...mutantsIn(
    'transfer/src',
    {
      rule: 'BAUT-23: verify finds what is missing, damaged or signed by another',
      file: 'repository/inspect.ts',
      tests: 'repository/repository.test.ts',
    },
    ['if (!isGood) problems.push(', 'if (isGood === null) problems.push('],
    ['!fingerprints.includes(fingerprint)', 'fingerprints.length === 0'],
  ),
  ...mutantsIn(
    'agent/src',
    {
      rule: 'BPKG-32, BAGT-15: what a run remembers over restarts',
      file: 'engine/run-memory.ts',
      tests: 'engine/run-memory.test.ts',
    },
    ['outcomeBefore: result.outcome,', ''],
    ["result.outcome === 'skipped' ? memory.previousOutcome : result.outcome", 'result.outcome'],
    ['wantsRestart: !hasRestarted && (', 'wantsRestart: ('],
    ['hasActedSinceRestart: !hasRestarted && (', 'hasActedSinceRestart: ('],
    ['startedAt: isAgain ? open.startedAt : entry.at', 'startedAt: entry.at'],
  ),
  ...mutantsIn(
    'server/src/features/deployments',
    {
      rule: 'BSCN-09, BSRV-27: a clock that is put back holds up nobody',
      file: 'release/put-back.ts',
      tests: 'release/clock-jumps.test.ts',
      only: 'while the clock was.*sqlite',
    },
    ['await bringReadinessToNow(tx, now);', ''],
    ['if (byMs > 0) await bringDeadlinesBack(tx, now, byMs);', ''],
  ),
  ...mutantsIn(
    'server/src/features/deployments',
    {
      rule: 'A recurring deployment starts once for each of its times',
      file: 'start-deployment.ts',
      tests: 'release/clock-jumps.test.ts',
      only: 'recurring deployment.*sqlite',
    },
    [
      'nextOccurrence(found.draft.schedule, deps.clock.now())',
      'nextOccurrence(found.draft.schedule, deps.clock.now() + 86_400_000)',
    ],
  ),
  ...mutantsIn(
    'server/src/features/deployments',
    {
      rule: 'BSCN-08: a number alone waits for everybody who may still come',
      file: 'groups/groups.ts',
      tests: 'groups/waves.test.ts',
      only: 'a number alone.*sqlite',
    },
    ['limits.maxWaitMs !== null || (await isAnyoneExpected(read, key))', 'false'],
  ),
  ...mutantsIn(
    'server/src/features/updates',
    {
      rule: 'BAUT-04, BAUT-08, BAUT-25: automatic update under a clock that was ahead',
      file: 'updates.store.ts',
      tests: 'clock-jumps.test.ts',
      only: 'clock was.*sqlite',
    },
    ["    ['updates_packages', 'enough_since'],\n", ''],
    ["    ['updates_pairs', 'since'],\n", ''],
    ["    ['updates_machines', 'started_at'],\n", ''],
    ["await tx.run('UPDATE updates_pairs SET retry_at = ? WHERE retry_at > ?', [retryAt, retryAt]);", ''],
  ),
  ...mutantsIn(
    'console/src',
    {
      rule: 'BAGT-11: what a power command means for a machine',
      file: 'features/machines/power-effects.ts',
      tests: 'features/machines/power-effects.test.ts',
    },
    ["machine.isOnline || machine.powerState === 'on'", 'machine.isOnline'],
    ["machine.powerState === 'off' ? 'nothing' : 'held'", "'held'"],
  ),
  ...mutantsIn(
    'console/src',
    {
      rule: "BSCN-17: a countdown follows the site's clock",
      file: 'api/site-clock.ts',
      tests: 'api/site-clock.test.ts',
    },
    ['isJump ? [] : leads', 'leads'],
    ['leads.length === 0 ? 0 : Math.max(...leads)', 'leads.length === 0 ? 0 : Math.min(...leads)'],
  ),
  ...mutantsIn(
    'simulator/src',
    {
      rule: 'A fleet is spread over as many processes as files ask for, and refused where it does not fit',
      file: 'fleet/limits.ts',
      tests: 'fleet/limits.test.ts',
      only: 'as many processes|what is counted fits|are told',
    },
    ['Math.ceil(count / fitting)', 'Math.floor(count / fitting)'],
    ['if (filesNeeded > files)', 'if (filesNeeded > 2 * files)'],
    ['if (needed > memoryMB)', 'if (needed < 0)'],
  ),
];
