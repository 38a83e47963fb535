/** What is known of a machine whose package is in place. */
export interface Installed {
  /** Whether an earlier attempt of this push sent it a ticket and may have installed the agent. */
  readonly hadTicket: boolean;
  /** Whether an agent of this site was there before this attempt. */
  readonly isUpgrade: boolean;
  /** Whether anything was installed in this attempt. */
  readonly isChanged: boolean;
  /** Whether a machine has enrolled with a ticket of this push. */
  readonly hasEnrolled: boolean;
}

/**
 * Whether the push waits until the agent enrolls. One that belonged to this site before needs no ticket: it stays the
 * machine that it is. But what an attempt finds may be what the one before has installed, and that has yet to enroll.
 */
export function mustEnroll({ hadTicket, isUpgrade, isChanged, hasEnrolled }: Installed): boolean {
  if (hasEnrolled) return false;
  return hadTicket || (isChanged && !isUpgrade);
}
