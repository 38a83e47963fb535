import { defineFailures } from '@tenkai/domain/failure.ts';

/** What the command line itself refuses, before any site is asked. */
export const cliFailures = defineFailures({
  'usage-wrong': {
    kind: 'invalid',
    message: '{problem}',
    remedy: 'See: {command} --help',
  },
  'site-unknown': {
    kind: 'invalid',
    message: 'It is not known which site is meant.',
    remedy: 'Sign in: tenkai login --site https://HOST:PORT --root-fingerprint HEX; or set TENKAI_URL.',
  },
  'token-missing': {
    kind: 'unauthenticated',
    message: 'There is no token for {site}.',
    remedy: 'Sign in: tenkai login --site {site}; or set TENKAI_TOKEN or TENKAI_TOKEN_FILE.',
  },
  'token-file-open': {
    kind: 'invalid',
    message: 'Others can read {path}, which holds a secret.',
    remedy: 'Make it yours alone: chmod 600 {path}',
  },
  'file-unreadable': {
    kind: 'invalid',
    message: '{path} cannot be read: {reason}.',
    remedy: 'Check the path and your rights.',
  },
  'file-not-json': {
    kind: 'invalid',
    message: '{path} is not valid JSON: {reason}.',
    remedy: 'Correct the file; "show --json" of an existing object is a good example.',
  },
  'config-broken': {
    kind: 'broken',
    message: 'The settings {path} cannot be read: {reason}.',
    remedy: 'Remove the file and sign in again.',
  },
  'msi-unreadable': {
    kind: 'invalid',
    message: '{path} cannot be read as an MSI.',
    remedy: 'Check that the file is whole, and an installer (.msi), not a patch (.msp).',
  },
  'msi-path-refused': {
    kind: 'invalid',
    message: '{path} holds a file that would lie outside of the folder: {name}.',
    remedy: 'Do not trust this file; get it anew from where it was made.',
  },
  'msiexec-failed': {
    kind: 'broken',
    message: 'Windows Installer could not take the files out of {path}: exit code {code}.',
    remedy:
      'Run msiexec /a "{path}" /qn TARGETDIR="FOLDER" /l*v LOG and look at LOG. 1618: another installation is at work; try again later.',
  },
  'site-unwell': {
    kind: 'conflict',
    message: '{problem}',
    remedy: '{where}: {command}',
  },
  'hotfix-not-applicable': {
    kind: 'conflict',
    message: '{reason}',
    remedy: 'Nothing was changed. See: tenkai hotfix check --help',
  },
  'hotfix-not-compliant': {
    kind: 'conflict',
    message: 'The files are not those of {id}: {state}.',
    remedy: 'The table names each file that is missing, older or of another service level.',
  },
  'hotfix-not-everywhere': {
    kind: 'conflict',
    message: '{id} is not everywhere yet: {left} to go, and {phase} come next.',
    remedy: 'Do what the table shows as to-do; what is blocked follows.',
  },
  'simulator-missing': {
    kind: 'unavailable',
    message: 'The simulator is not installed: {path} is missing.',
    remedy: 'It comes with the package tenkai-server and with the sources.',
  },
  'simulator-ended': {
    kind: 'broken',
    message: 'The simulator ended with {how}.',
    remedy: 'Look at its last lines, and at memory and open files of this machine.',
  },
  'terminal-needed': {
    kind: 'invalid',
    message: 'This asks for {what}, and there is no terminal to ask on.',
    remedy: '{remedy}',
  },
  'name-ambiguous': {
    kind: 'invalid',
    message: '"{name}" is the name of several {what}: {ids}.',
    remedy: 'Give the id.',
  },
  'tool-missing': {
    kind: 'unavailable',
    message: 'This needs the program {tool}.',
    remedy: 'Install it (Debian: {package}), or run this where it is.',
  },
  'tool-failed': {
    kind: 'broken',
    message: '{tool} failed: {reason}.',
    remedy: 'Check the file.',
  },
  'act-refused-for-some': {
    kind: 'conflict',
    message: '{failed} of {total} were not accepted.',
    remedy: 'See the list for the reason of each.',
  },
  'run-unsuccessful': {
    kind: 'conflict',
    message: '{failed} of {total} machines did not succeed.',
    remedy: 'tenkai deployment runs {id} shows why; tenkai deployment retry {id} tries again.',
  },
  'content-bad': {
    kind: 'broken',
    message: 'The content of {id} is not whole everywhere.',
    remedy: 'tenkai package verify {id} --repair replaces bad parts.',
  },
  'repository-bad': {
    kind: 'broken',
    message: 'The repository in {folder} is not as it should be: {count} problems.',
    remedy: 'Publish the damaged packages again, or refresh the index.',
  },
  'pull-failed': {
    kind: 'unavailable',
    message: 'The pull from {name} has failed: {reason}',
    remedy: 'tenkai repository show {name} shows the way out; the next pull goes on where this one stopped.',
  },
  'audit-bad': {
    kind: 'broken',
    message: 'The audit log is not whole: {problem} at entry {seq}.',
    remedy: 'Keep the data folder as it is, and compare with a backup.',
  },
  'remote-refusal': {
    kind: 'conflict',
    message: 'The site refused: {message}',
    remedy: 'See the detail.',
  },
  'service-system': {
    kind: 'invalid',
    message: 'This makes the server a service of Windows, and this is another system.',
    remedy: 'On Linux the package brings a unit of systemd: systemctl status tenkai-server',
  },
  'service-program-missing': {
    kind: 'invalid',
    message: '{path} is missing: this program was not installed from the package of the server.',
    remedy: 'Unpack the whole package of the server for Windows, and start tenkai.cmd in it.',
  },
  'service-needs-administrator': {
    kind: 'forbidden',
    message: 'Only an administrator installs, starts and removes services.',
    remedy: 'Nothing was changed. Open a command prompt as administrator and run the same command again.',
  },
  'service-refused': {
    kind: 'broken',
    message: 'Windows refused a step of the service ({act}, code {code}).',
    remedy: 'See the detail; net helpmsg CODE explains a code. The same command may be run again.',
  },
  'service-slow': {
    kind: 'unavailable',
    message: 'The service is not {wanted} after {seconds} seconds.',
    remedy:
      'tenkai service status tells when it is; service.log and log\\server.log in its folder tell why not.',
  },
  'package-path-missing': {
    kind: 'invalid',
    message: 'The package {id} has no {path}.',
    remedy:
      'Without --package the package of the role that has it is found; tenkai package show ID --files lists files.',
  },
  'package-path-several': {
    kind: 'invalid',
    message: '{count} files or folders are {path}.',
    remedy: 'See the detail; name one, or its package with --package.',
  },
  'package-of-role-missing': {
    kind: 'invalid',
    message: 'No package of the role {role} has this.',
    remedy: 'Name another --role or a --package; tenkai package list shows them with their types.',
  },
  interrupted: {
    kind: 'unavailable',
    message: 'Interrupted.',
    remedy: 'Run the same command again; an upload goes on where it stopped.',
  },
});
