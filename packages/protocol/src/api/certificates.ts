import { certificateStates } from '@tenkai/domain/machine/certificate-health.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { defineRoute } from './route.ts';

const countOf = <K extends string>(names: readonly K[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Type.Integer()])) as Record<K, Type.TInteger>);

/** Certificates over the enrolled machines that the caller may see (IDENT-15). */
export const CertificateHealth = Type.Object({
  machines: Type.Integer(),
  /** By the worst that is wrong with each; the list of machines has a filter of the same names. */
  states: countOf(certificateStates),
  /** Machines with which each part of the remedy is outstanding: a machine may need both (IDENT-14). */
  remedies: Type.Object({
    /** The hotfix of the old client, which makes bad names until then. */
    generator: Type.Integer(),
    /** The ready-made package `tenkai-certfix`. */
    certfix: Type.Integer(),
  }),
});
export type CertificateHealth = Static<typeof CertificateHealth>;

export const CertificateRepair = Type.Object({
  deploymentId: Type.String(),
  collectionId: Type.String(),
  /** Machines that need it now; who needs it later joins by itself. */
  machines: Type.Integer(),
});
export type CertificateRepair = Static<typeof CertificateRepair>;

export const certificateRoutes = {
  health: defineRoute({
    method: 'GET',
    path: '/api/v1/certificates',
    permission: 'view',
    summary: 'How the certificates of the machines stand, and which part of the remedy is outstanding.',
    reply: CertificateHealth,
  }),
  repair: defineRoute({
    method: 'POST',
    path: '/api/v1/certificates/repair',
    permission: 'manage-collections',
    summary: 'Deploys the ready-made package certfix to every machine with a certificate that it repairs.',
    reply: CertificateRepair,
  }),
};
