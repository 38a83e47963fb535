import { defineFailures } from '../failure.ts';

/** Why the agent was not installed on a machine; each has a sentence and a way out under `push-REASON`. */
export const pushFailures = defineFailures({
  'push-unreachable': {
    kind: 'unavailable',
    message: 'The machine does not answer over SSH.',
    remedy:
      'Look whether it is on, whether sshd runs at this port and no firewall stands between; then retry.',
  },
  'push-host-key-wrong': {
    kind: 'forbidden',
    message: 'The machine shows another host key than the one that was confirmed; nothing was sent to it.',
    remedy:
      'Compare both fingerprints with the machine itself. If its system was really installed anew, forget the confirmed key and retry.',
  },
  'push-host-key-unconfirmed': {
    kind: 'forbidden',
    message: 'Nobody has confirmed the host key of this machine.',
    remedy: 'Compare the fingerprint with the machine itself, confirm it and retry.',
  },
  'push-host-key-refused': {
    kind: 'forbidden',
    message: 'Somebody has said that the host key shown is not that of this machine.',
    remedy: 'Find out who answers at this address; then retry.',
  },
  'push-sign-in-refused': {
    kind: 'forbidden',
    message: 'The machine refuses this user with this key or password.',
    remedy:
      'Look at the user name; place the public key in authorized_keys, or give another password. Then retry.',
  },
  'push-rights-missing': {
    kind: 'forbidden',
    message: 'The user has no rights there to install a package.',
    remedy:
      'Sign in as root, let the user run sudo without a password, or give the password that sudo asks for.',
  },
  'push-system-unknown': {
    kind: 'invalid',
    message: 'The system of this machine takes neither .deb nor .rpm packages.',
    remedy: 'Install the agent there by hand.',
  },
  'push-package-missing': {
    kind: 'not-found',
    message: 'There is no package of the agent for this system and architecture.',
    remedy:
      'Put the package of this version into the folder of the agents on the server (TENKAI_AGENTS); then retry.',
  },
  'push-package-damaged': {
    kind: 'broken',
    message: 'The package did not arrive whole.',
    remedy: 'Look at the free space under /var/tmp on the machine and at the line; then retry.',
  },
  'push-package-manager-busy': {
    kind: 'conflict',
    message: 'Another installation is running on the machine.',
    remedy: 'Wait for its end; then retry.',
  },
  'push-install-failed': {
    kind: 'broken',
    message: 'The package manager of the machine has failed.',
    remedy: 'Read what it has written; put that right and retry.',
  },
  'push-assigned-elsewhere': {
    kind: 'conflict',
    message: 'The agent on this machine belongs to another site.',
    remedy: 'Remove it there (package and data) or assign it to this site on the machine itself.',
  },
  'push-not-enrolled': {
    kind: 'unavailable',
    message: 'The agent is installed, but has not enrolled in time.',
    remedy:
      'Look with "tenkai-agent doctor" on the machine whether it reaches the site at its address; it goes on trying.',
  },
  'push-interrupted': {
    kind: 'conflict',
    message:
      'The server was restarted; the password or key given for this push is gone, as it was never stored.',
    remedy: 'Give it again and retry.',
  },
  'push-broken': {
    kind: 'broken',
    message: 'The push to this machine has failed inside the server.',
    remedy: 'Look into the log of the server; then retry.',
  },
  'push-program-missing': {
    kind: 'broken',
    message: 'The programs of OpenSSH are missing where the push is run.',
    remedy: 'Install the OpenSSH client (ssh, ssh-keyscan, ssh-keygen, ssh-agent) there; then retry.',
  },
});

type CodeOf<T extends string> = T extends `push-${infer R}` ? R : never;
export type PushReason = CodeOf<keyof typeof pushFailures>;

/** The code under which a reason has its sentence and its way out. */
export const pushCode = (reason: PushReason) => `push-${reason}` as const;
