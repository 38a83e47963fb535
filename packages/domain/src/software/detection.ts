import type { Static } from 'typebox';
import * as Type from 'typebox';
import { describeRegistryRule, registryFields } from './registry-rule.ts';
import { VersionOperator } from './version-operator.ts';

/**
 * One fact that shows that a package is really on the machine (law 8, BPKG-35).
 * All rules of a package must hold.
 */
export const Detection = Type.Union([
  Type.Object({
    kind: Type.Literal('file'),
    path: Type.String({ minLength: 1, maxLength: 4096 }),
    /** Lower-case hex. */
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    minimumBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  Type.Object({
    kind: Type.Literal('package'),
    source: Type.Union([Type.Literal('dpkg'), Type.Literal('rpm'), Type.Literal('msi')]),
    name: Type.String({ minLength: 1, maxLength: 255 }),
    /** Absent: any version that is wholly installed. */
    operator: Type.Optional(VersionOperator),
    version: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  }),
  /** A key or value of Windows' registry, such as the version that an installer writes there. */
  Type.Object({ kind: Type.Literal('registry'), ...registryFields }),
  Type.Object({
    kind: Type.Literal('script'),
    interpreter: Type.Union([Type.Literal('sh'), Type.Literal('bash'), Type.Literal('powershell')]),
    /** Detected when it exits with 0 and prints something; a limit of 60 seconds holds. */
    text: Type.String({ minLength: 1, maxLength: 65_536 }),
  }),
]);
export type Detection = Static<typeof Detection>;

/** What a machine found for one rule. */
export const DetectionResult = Type.Object({
  rule: Detection,
  isDetected: Type.Boolean(),
  /** What was found instead, such as `1.2-1` or `no such file`; shown to people. */
  found: Type.String({ maxLength: 1024 }),
});
export type DetectionResult = Static<typeof DetectionResult>;

/** A short human sentence for a table's column: how it was verified. */
export function describeDetection(rule: Detection): string {
  if (rule.kind === 'file') return `file ${rule.path}${rule.sha256 ? ' (sha256)' : ''}`;
  if (rule.kind === 'script') return `${rule.interpreter} script`;
  if (rule.kind === 'registry') return `registry ${describeRegistryRule(rule)}`;
  const wanted = rule.operator && rule.version ? ` ${rule.operator} ${rule.version}` : '';
  return `${rule.source} ${rule.name}${wanted}`;
}
