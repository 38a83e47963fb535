import { defineFailures } from '../failure.ts';

export const masterFailures = defineFailures({
  'master-step-skipped': {
    kind: 'conflict',
    message: 'Step {wanted} cannot be done before step {next}.',
    remedy: 'Run: tenkai-agent master prepare',
  },
  'master-prepared-before': {
    kind: 'conflict',
    message: 'This machine was prepared before, and was used since then.',
    remedy: 'To capture it anew: tenkai-agent master prepare --re-capture',
  },
  'master-never-prepared': {
    kind: 'conflict',
    message: 'This machine does not come from an image that was prepared here.',
    remedy: 'Leave out --re-capture.',
  },
  'master-online': {
    kind: 'conflict',
    message: 'This machine has a network and its agent may speak: a site could take it while it is prepared.',
    remedy:
      'Unplug the network, or stop the agent and keep it from starting: systemctl disable --now tenkai-agent; on Windows sc.exe config TenkaiAgent start= demand, then sc.exe stop TenkaiAgent',
  },
  'master-assigned': {
    kind: 'conflict',
    message: 'This machine belongs to site {site}; its image would, too.',
    remedy: 'To take it out of its site: tenkai-agent master prepare --unassign',
  },
  'master-site-values-missing': {
    kind: 'invalid',
    message: 'Machines of profile {profile} cannot find their site by themselves.',
    remedy: 'Give --locator NAME or --dns-suffix SUFFIX; one of them is enough.',
  },
  'master-site-value-malformed': {
    kind: 'invalid',
    message: '{value} is not a fully qualified name.',
    remedy: 'Give a name such as mp1.example.org, which the targets can resolve.',
  },
  'master-needs-root': {
    kind: 'forbidden',
    message: 'To prepare a machine for capture needs administrative rights.',
    remedy: 'Run the same command as root; on Windows in an elevated prompt.',
  },
  'master-linux-only': {
    kind: 'conflict',
    message: '{what} is for Linux alone.',
    remedy:
      'Run tenkai-agent master prepare on the Windows machine itself; its protection comes with Windows.',
  },
  'master-image-not-found': {
    kind: 'not-found',
    message: 'There is no installed system in {folder}.',
    remedy: 'Give --root the folder in which the root file system of the image is mounted.',
  },
  'master-step-failed': {
    kind: 'broken',
    message: 'Step {step} was carried out, and still there is: {findings}.',
    remedy: 'Correct what the detail says, then run the same command again: it goes on at this step.',
  },
  'master-audit-failed': {
    kind: 'conflict',
    message: 'This machine must not be captured: {count} findings.',
    remedy: 'Run tenkai-agent master prepare again; it begins at step {step}.',
  },
  'master-key-unusable': {
    kind: 'invalid',
    message: '{file} holds no {what} key on P-256 in PEM.',
    remedy: 'Make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out audit.key',
  },
  'master-manifest-invalid': {
    kind: 'forbidden',
    message: '{file} is not an audit of this image that was signed with that key: {reason}.',
    remedy: 'Do not deploy the image; audit it again, and sign the result.',
  },
  'master-manifest-findings': {
    kind: 'conflict',
    message: 'The audit of this image has {count} findings.',
    remedy: 'Prepare the reference machine again, or give --accept-findings.',
  },
  'master-definitions-missing': {
    kind: 'conflict',
    message: 'Incomplete: definitions are missing: {kinds}.',
    remedy: 'Import them: tenkai-agent master definitions FILE...; then run the same command again.',
  },
  'master-definitions-invalid': {
    kind: 'invalid',
    message: '{file} is not a definition package that can be taken.',
    remedy: 'Get the file again; the detail says what is wrong with it.',
  },
});
