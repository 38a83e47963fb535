import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals of the agents' side of the protocol. */
export const linkFailures = defineFailures({
  'site-address-invalid': {
    kind: 'invalid',
    message: '{url} is not the address of a site.',
    remedy: 'Give an address such as https://tenkai.example:8443.',
  },
  'site-root-mismatch': {
    kind: 'forbidden',
    message: 'Trust key mismatch: the site {url} has the root key {actual}, not the pinned {expected}.',
    remedy:
      'Compare the root fingerprint with the one in the console; if they differ, this is not your site. If a machine brought the pinned key from another site: tenkai-agent trust purge, then enroll it with the new fingerprint.',
  },
  'site-unreachable': {
    kind: 'unavailable',
    message: 'The site {url} cannot be reached.',
    remedy:
      'Check the address, the network, and whether the site is running; the agent tries again by itself.',
  },
  'site-certificate-time': {
    kind: 'unavailable',
    message: 'At {time}, the time of this machine, the certificate of {url} is not valid.',
    remedy:
      'Look at the clock of this machine first: timedatectl (Windows: w32tm /query /status); once it is right, the agent goes on by itself. Else the certificate of the site has to be renewed.',
  },
  'name-unresolved': {
    kind: 'unavailable',
    message: 'This machine cannot resolve the name {host}.',
    remedy:
      'Look at the name that this machine was given, in its image too, and at its name service: tenkai-agent assign --explain.',
  },
  'site-answer-invalid': {
    kind: 'broken',
    message: 'The site {url} gave an answer that this agent does not understand.',
    remedy: 'Compare the versions of agent and site.',
  },
  'site-signature-invalid': {
    kind: 'forbidden',
    message: 'A signature of the site does not hold.',
    remedy: 'Nothing was run. Look for somebody who alters traffic, or for a site that was set up anew.',
  },
  'enrollment-refused': {
    kind: 'forbidden',
    message: 'The site does not take this machine ({status}).',
    remedy: 'Look at the machine in the console: approve it there, or enroll it again with a new ticket.',
  },
});
