import type { Static } from 'typebox';
import * as Type from 'typebox';
import { MachineIds, PerMachineResult } from './machines.ts';
import { Done, IdParams } from './paging.ts';
import { defineRoute } from './route.ts';

/** One-time permission to enroll (design, section 8). The secret is shown once. */
export const EnrollmentTicket = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAt: Type.Integer(),
  expiresAt: Type.Integer(),
  maxUses: Type.Integer(),
  uses: Type.Integer(),
  isRevoked: Type.Boolean(),
});
export type EnrollmentTicket = Static<typeof EnrollmentTicket>;

/** `revoke`: an enrolled machine is shut out at once, and its key opens nothing until somebody approves it again. */
export const EnrollmentDecision = Type.Union([
  Type.Literal('approve'),
  Type.Literal('refuse'),
  Type.Literal('revoke'),
]);
export type EnrollmentDecision = Static<typeof EnrollmentDecision>;

export const enrollmentRoutes = {
  listTickets: defineRoute({
    method: 'GET',
    path: '/api/v1/enrollment/tickets',
    permission: 'manage-machines',
    summary: 'Enrollment tickets, without their secrets.',
    reply: Type.Object({ items: Type.Array(EnrollmentTicket) }),
  }),
  createTicket: defineRoute({
    method: 'POST',
    path: '/api/v1/enrollment/tickets',
    permission: 'manage-machines',
    summary: 'Makes a ticket with which machines enroll by themselves.',
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 127 }),
      maxUses: Type.Integer({ minimum: 1, maximum: 200_000 }),
      validHours: Type.Integer({ minimum: 1, maximum: 8760 }),
    }),
    reply: Type.Object({ ticket: EnrollmentTicket, secret: Type.String(), rootFingerprint: Type.String() }),
  }),
  revokeTicket: defineRoute({
    method: 'DELETE',
    path: '/api/v1/enrollment/tickets/:id',
    permission: 'manage-machines',
    summary: 'Revokes a ticket; machines that used it stay.',
    params: IdParams,
    reply: Done,
  }),
  decide: defineRoute({
    method: 'POST',
    path: '/api/v1/enrollment/decisions',
    permission: 'manage-machines',
    summary:
      'Approves or refuses machines that wait, releases quarantined ones, or revokes the key of enrolled ones.',
    body: Type.Object({
      ...MachineIds.properties,
      decision: EnrollmentDecision,
    }),
    reply: PerMachineResult,
  }),
};
