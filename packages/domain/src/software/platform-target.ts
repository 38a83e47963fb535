import type { Static } from 'typebox';
import * as Type from 'typebox';

/** A service-pack level, compared as numbers (BPKG-20). */
export const ServicePackLevel = Type.Object({
  major: Type.Integer({ minimum: 0 }),
  minor: Type.Integer({ minimum: 0 }),
});
export type ServicePackLevel = Static<typeof ServicePackLevel>;

/** One row of the tab 対応OSと言語 (BPKG-43..47). */
export const PlatformTarget = Type.Object({
  /** `debian`, `windows-11`, ... of the operating-system list, or a family `linux`, `windows`. */
  operatingSystem: Type.String({ minLength: 1, maxLength: 64 }),
  /** Exact version id such as `12`; absent: every version. */
  version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  /** ISO 639-1, or `any`. */
  language: Type.String({ minLength: 2, maxLength: 16 }),
  architecture: Type.Union([
    Type.Literal('any'),
    Type.Literal('x64'),
    Type.Literal('x86'),
    Type.Literal('arm64'),
    Type.Literal('ia64'),
  ]),
  /** BPKG-45. */
  baseServicePack: Type.Optional(ServicePackLevel),
  /** BPKG-46. */
  absorbedBy: Type.Optional(Type.Array(ServicePackLevel, { maxItems: 20 })),
});
export type PlatformTarget = Static<typeof PlatformTarget>;
