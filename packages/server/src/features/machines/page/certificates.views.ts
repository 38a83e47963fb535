import { type CertificateState, certificateStates } from '@tenkai/domain';
import { certificateRemedies } from '@tenkai/domain/hotfix/outstanding-remedies.ts';
import type { CertificateHealth } from '@tenkai/protocol/api/certificates.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import { inAnyOf, scopeOf } from '../list/scope.ts';

interface Row {
  readonly state: CertificateState;
  readonly remedies: string;
  readonly n: number;
}

/** The report of IDENT-15, over the enrolled machines that the caller may see. */
export async function certificateHealth(read: Reader, caller: Caller): Promise<CertificateHealth> {
  const scope = scopeOf(caller);
  const limit = scope === null ? { text: '1 = 1', params: [] } : inAnyOf(scope, 'probing');
  const rows = await read.all<Row>(
    `SELECT m.certificate_state AS state, m.certificate_remedies AS remedies, count(*) AS n FROM machines m
     WHERE m.enrollment = 'enrolled' AND ${limit.text} GROUP BY m.certificate_state, m.certificate_remedies`,
    limit.params,
  );
  const count = (which: (row: Row) => boolean) => rows.filter(which).reduce((sum, { n }) => sum + n, 0);
  const byName = <K extends string>(names: readonly K[], is: (row: Row, name: K) => boolean) =>
    Object.fromEntries(names.map((name) => [name, count((row) => is(row, name))])) as Record<K, number>;
  return {
    machines: count(() => true),
    states: byName(certificateStates, ({ state }, name) => state === name),
    remedies: byName(certificateRemedies, ({ remedies }, name) => remedies.split(' ').includes(name)),
  };
}
