import { agentPatchSentences } from '@tenkai/domain/agent-patch/failures.ts';
import { propertySentences } from '@tenkai/domain/assignment/failures.ts';
import { masterFailures } from './master-failures.ts';
import { pushFailures } from './push-failures.ts';
import { repositoryFailures } from './repositories.ts';

/**
 * What every refusal says, by its code: what happened, and the way out. The site has the same sentences for CLI and
 * logs; a code that is missing here shows them.
 */
export const failures = {
  ...masterFailures,
  ...pushFailures,
  ...repositoryFailures,
  ...propertySentences('en'),
  ...agentPatchSentences('en'),
  'boundary-range-wrong': {
    message: '{range} is neither a subnet nor a range of addresses.',
    remedy: 'Give 10.1.0.0/16, 2001:db8::/32, or both ends such as 10.1.0.5-10.1.0.99, the lower one first.',
  },
  'boundary-server-wrong': {
    message: '{address} is no address of a management point.',
    remedy: 'Give https://NAME:PORT, or nothing for this site itself.',
  },
  'boundary-site-unknown': {
    message: 'Where the site {siteCode} is was not said.',
    remedy: 'Give the address of its management point; only this site itself needs none.',
  },
  'directory-unreachable': {
    message: 'The directory {server} cannot be reached over TLS.',
    remedy:
      'Check name, port and certificate; the authority of a certificate of your own is given as a file.',
  },
  'directory-refused': {
    message: 'The directory {server} has refused to {what}: {result}.',
    remedy: 'Check the name and the secret that were given, the rights of that name, and the schema.',
  },
  'directory-answer-invalid': {
    message: 'The directory {server} did not answer as a directory does.',
    remedy: 'Check that it is an LDAP server that listens there.',
  },
  'directory-address-wrong': {
    message: '{value} is no address of a directory.',
    remedy: 'Give ldaps://NAME/BASE or ldap://NAME/BASE, such as ldaps://dc1.example.org/dc=example,dc=org.',
  },
  'boundary-taken': {
    message: 'The boundary {name} assigns the same addresses already.',
    remedy: 'Change that one, or choose another range.',
  },
  'boundaries-too-many': {
    message: 'There are {limit} boundaries already.',
    remedy: 'Put neighbouring ranges together.',
  },
  'netfw-broken': {
    message: 'Line {line} of netfw.inf is broken: {text}',
    remedy: 'Each line begins with HKLM and is one whole line; join what an editor has broken into two.',
  },
  'netfw-section-missing': {
    message: 'This is no netfw.inf: it has no section [{section}].',
    remedy: 'Expand it first: expand /r FOLDER\\i386\\ip\\netfw.in_',
  },
  'netfw-off-unconfirmed': {
    message: 'To turn the firewall off on every machine that takes the pack has to be confirmed.',
    remedy: 'Open the programs alone (the default), or confirm: --disable-firewall --yes',
  },
  'doctor-found-faults': {
    message: 'At fault: {parts}.',
    remedy:
      'Put right what is named first; the way out stands below each fault. Then run the same command again.',
  },
  'firewall-needs-root': {
    message: 'To look at and change the firewall of this machine needs administrative rights.',
    remedy: 'Run the same command as root: sudo {command}',
  },
  'firewall-refused': {
    message: 'The firewall has refused a command, and nothing was changed: {command}',
    remedy: 'Correct what the detail says, then run the same command again.',
  },
  'firewall-half': {
    message:
      'The firewall has refused a command, and what was done before it could not be taken back: {command}',
    remedy: 'Run the commands of the detail by hand, or: tenkai firewall close',
  },
  'firewall-not-open': {
    message: 'The firewall took the commands, and still these rules are not there: {rules}.',
    remedy: 'Look for a program that puts the firewall back, such as a configuration management.',
  },
  'firewall-not-closed': {
    message: 'The firewall took the commands, and still {count} of our rules are there.',
    remedy: 'Look for a program that puts the firewall back, such as a configuration management.',
  },
  'firewall-agent-folder-unreadable': {
    message:
      'The name of the folder in which the agent is installed cannot be read in this code page: {folder}',
    remedy: 'Name it: --agent-folder PATH',
  },
  'firewall-rules-missing': {
    message: 'What the site needs does not come in: {rules}.',
    remedy: '{remedy}',
  },
  'invalid-request': {
    message: 'The request does not have the expected form.',
    remedy: 'Correct the field named in the detail and send the request again.',
  },
  'draft-invalid': {
    message: 'The {what} cannot be saved: {count} of its fields break a rule.',
    remedy: 'Correct the fields named in the detail; nothing was changed.',
  },
  'not-found': {
    message: 'There is no {what} {id}.',
    remedy: 'Check the identifier; the object may have been deleted.',
  },
  'already-exists': {
    message: 'A {what} named {id} exists already.',
    remedy: 'Choose another name, or modify the existing one.',
  },
  'changed-meanwhile': {
    message: 'The {what} {id} was changed by somebody else in the meantime.',
    remedy: 'Load it again, then repeat your change.',
  },
  'in-use': {
    message: 'The {what} {id} is in use by {by}.',
    remedy: 'Remove that use first.',
  },
  'not-signed-in': {
    message: 'This needs a signed-in user or a valid token.',
    remedy: 'Sign in again, or use an API token that has not expired.',
  },
  'certificates-good': {
    message: 'No machine has told of a certificate that certfix repairs.',
    remedy: 'Nothing has to be done. Machines tell with each inventory; other states need other remedies.',
  },
  'not-allowed': {
    message: 'Your role does not allow this ({permission}).',
    remedy: 'Ask an administrator for a role or a scope that includes it.',
  },
  unexpected: {
    message: 'Something went wrong inside Tenkai.',
    remedy: 'Look for id {id} in the server log, and report it.',
  },
  'no-such-address': {
    message: 'There is nothing at {method} {path}.',
    remedy: 'Check the address against the API description at /api/v1/openapi.json.',
  },
  'method-not-allowed': {
    message: '{method} is not possible at {path}; possible: {allowed}.',
    remedy: 'Use one of the methods named.',
  },
  'unsupported-media-type': {
    message: 'The body of this request must be {expected}.',
    remedy: 'Set the content-type header, and send such a body.',
  },
  'malformed-request': {
    message: 'The request cannot be read.',
    remedy: 'Send valid HTTP with a valid JSON body.',
  },
  'body-too-large': {
    message: 'The body of the request is larger than allowed here.',
    remedy: 'Send less at once; files go through the upload addresses.',
  },
  stopping: {
    message: 'The server is stopping.',
    remedy: 'Try again in a minute.',
  },
  'agent-token-invalid': {
    message: 'The agent token is missing, altered or expired.',
    remedy:
      'The agent asks for a new challenge by itself; where this repeats, check the clocks of both sides.',
  },
  'csrf-missing': {
    message: 'The request does not carry the anti-forgery token of the session.',
    remedy: 'Reload the console. A program should use an API token instead of a browser session.',
  },
  'too-many-attempts': {
    message: 'Too many failed attempts; wait {seconds} seconds.',
    remedy: 'Wait, then try again with the right password. An administrator can set a new one.',
  },
  'agents-only': {
    message: 'This address is for agents.',
    remedy: 'Use the API below /api/v1 with a user session or an API token.',
  },
  overloaded: {
    message: 'The site has more to do than it can take at the moment.',
    remedy: 'Agents come again by themselves. Where this repeats, give the server more processors.',
  },
  'site-process-away': {
    message: 'The process of the site does not answer.',
    remedy: 'It is probably starting again; try in a minute, and look into the server log.',
  },
  'sign-in-refused': {
    message: 'Name or password is wrong, or the user is disabled.',
    remedy: 'Check both; an administrator can set a new password or make a one-time link.',
  },
  'link-invalid': {
    message: 'This one-time link was used already, has expired, or is incomplete.',
    remedy: 'Ask for a new link. For the first administrator: restart the server, it prints a new one.',
  },
  'setup-done': {
    message: 'This site has its first administrator already.',
    remedy: 'Sign in, or ask an administrator for a user.',
  },
  'last-administrator': {
    message: 'This is the last administrator of the whole site.',
    remedy: 'Make another user an administrator without a collection scope first.',
  },
  'role-too-high': {
    message: 'A token cannot be allowed more than its user: {role}.',
    remedy: 'Choose a role that you have.',
  },
  'scenario-name-empty': {
    message: 'A scenario needs a name.',
    remedy: 'Give a name that tells what the scenario is for.',
  },
  'variable-twice': {
    message: 'The variable {name} is defined twice.',
    remedy: 'Remove one of the two.',
  },
  'scenario-built-in': {
    message: 'The scenario {id} belongs to Tenkai and cannot be changed.',
    remedy: 'Make a scenario of your own.',
  },
  'machine-not-admitted': {
    message: 'The site takes no reports from the machine {id}: it was removed, refused or quarantined.',
    remedy: 'The agent asks for a new token and learns the reason there.',
  },
  'too-many-properties': {
    message: 'A machine can have at most {limit} properties.',
    remedy: 'Remove properties that nothing uses.',
  },
  'inventory-digest-mismatch': {
    message: 'The inventory does not have the digest that the report names.',
    remedy: 'The agent sends a whole inventory again; where this repeats, upgrade the agent.',
  },
  'machine-has-no-mac': {
    message: 'No network address of machine {id} is known to which a wake packet could be sent.',
    remedy: 'Let the machine report its inventory once before it is woken.',
  },
  'ticket-unknown': {
    message: 'This enrollment ticket is not known here.',
    remedy: 'Check the ticket and the address of the site, or make a new ticket.',
  },
  'ticket-expired': {
    message: 'The enrollment ticket {name} has expired.',
    remedy: 'Make a new ticket, or enroll without one and approve the machine in the console.',
  },
  'ticket-revoked': {
    message: 'The enrollment ticket {name} was revoked.',
    remedy: 'Make a new ticket, or enroll without one and approve the machine in the console.',
  },
  'ticket-used-up': {
    message: 'The enrollment ticket {name} has been used as often as it allows ({uses} times).',
    remedy: 'Make a new ticket, or enroll without one and approve the machine in the console.',
  },
  'agent-key-invalid': {
    message: 'The {which} key of the agent is not a P-256 public key.',
    remedy: 'Remove the keys of the agent and start it again: it makes new ones.',
  },
  'agent-proof-invalid': {
    message: 'The agent did not prove that it holds its signing key.',
    remedy: 'The agent asks again by itself; where this repeats, remove its keys and enroll it anew.',
  },
  'agent-key-replaced': {
    message: 'The machine {id} has renewed its keys; this is the old one.',
    remedy:
      'This is an older state of the machine, or a copy. Stop the service, run tenkai-agent cert purge, and enroll it as a machine of its own.',
  },
  'agent-key-known': {
    message: 'The new key of the agent is not new: the site knows it.',
    remedy: 'Remove the folder next in the identity folder of the agent, and renew again.',
  },
  'challenge-invalid': {
    message: 'The challenge was altered, has expired or was answered before.',
    remedy:
      'The agent asks for a new challenge by itself; where this repeats, check the clock of the server.',
  },
  'machine-unknown': {
    message: 'The site does not know the machine {id}; it may have been removed.',
    remedy: 'Enroll the machine again.',
  },
  'machine-pending': {
    message: 'The machine {id} waits for approval.',
    remedy: 'Approve it in the console (Machines, waiting for approval) or with a ticket.',
  },
  'machine-refused': {
    message: 'An administrator refused the machine {id}.',
    remedy: 'Approve it in the console, or remove it there and enroll it again.',
  },
  'machine-quarantined': {
    message: 'The machine {id} is in quarantine: its key was seen on two different machines.',
    remedy:
      'Remove the keys on the copy so that it enrolls as a machine of its own; release the original in the console.',
  },
  'machine-key-shared': {
    message: 'The machine {id} is in quarantine: two agents used its key at the same time, so one is a copy.',
    remedy:
      'Stop the copy or remove its keys, so that it enrolls as a machine of its own; then release the original in the console.',
  },
  'too-many-pending': {
    message: 'Too many machines wait for approval ({limit}).',
    remedy: 'Approve or refuse waiting machines, or enroll with a ticket.',
  },
  'database-busy': {
    message: 'The database is too busy at the moment; nothing was changed.',
    remedy: 'Try again in {seconds} seconds. If it stays so, look at the load of PostgreSQL.',
  },
  'too-many-requests': {
    message: 'This address asks too often; wait {seconds} seconds.',
    remedy: 'Wait. An agent does so by itself.',
  },
  'site-busy': {
    message: 'The site takes no more of these requests at the moment; wait {seconds} seconds.',
    remedy: 'Wait. An agent does so by itself.',
  },
  'query-syntax': {
    message: 'The query cannot be read at character {position}: expected {expected}, found {found}.',
    remedy: 'Correct the query there; the manual lists attributes and operators.',
  },
  'query-too-large': {
    message: 'The query has more than {limit} {what}.',
    remedy: 'Divide it: several rules of one collection are joined by "or".',
  },
  'collection-cycle': {
    message: 'Collections refer to each other in a circle: {path}.',
    remedy: 'Remove one of the references named in the path.',
  },
  'collection-too-deep': {
    message: 'Collections refer to each other over more than {limit} steps.',
    remedy: 'Refer to the last of them directly.',
  },
  'collection-missing': {
    message: 'Collection {by} refers to collection {id}, which does not exist.',
    remedy: 'Take the reference out of {by}, or choose another collection.',
  },
  'package-missing': {
    message: 'Package {packageId} does not exist.',
    remedy: 'Register the package, or take the step out of the scenario.',
  },
  'program-missing': {
    message: 'Package {packageId} has no program {program}.',
    remedy: 'Choose one of the programs of the package.',
  },
  'dependency-cycle': {
    message: 'Programs require each other in a circle: {path}.',
    remedy: 'Remove one of the requirements named in the path.',
  },
  'schedule-instant': {
    message: '"{text}" is no date and time.',
    remedy: 'Write it as 2026-04-01T22:00:00+09:00, or with Z for UTC.',
  },
  'schedule-time-zone': {
    message: 'There is no time zone {timeZone}.',
    remedy: 'Choose an IANA name such as Asia/Tokyo.',
  },
  'schedule-end': {
    message: 'A schedule cannot end before it starts.',
    remedy: 'Choose a later end, or none.',
  },
  'schedule-rule': {
    message:
      'Weekdays belong to weekly schedules, days of the month to monthly ones; this one is for every {every}.',
    remedy: 'Take the days out, or choose another interval.',
  },
  'package-id-empty': {
    message: 'A package ID is required.',
    remedy: 'Give an ID of half-width letters, digits, "-" and "_".',
  },
  'package-id-characters': {
    message: 'A package ID holds only half-width letters and digits, "-" and "_"; "{id}" has others.',
    remedy: 'Remove the other characters.',
  },
  'option-mandatory': {
    message: 'The program "{program}" needs its option {option} to be {value}.',
    remedy: 'Keep the value; or remove the mark "mandatory", save, and change it then.',
  },
  'package-id-fixed': {
    message: 'The ID of a package cannot be changed; it is {id}.',
    remedy: 'Keep the ID, or make another package.',
  },
  'too-many-bytes': {
    message: 'At most {limit} bytes in UTF-8 are allowed; these are {bytes}.',
    remedy: 'Shorten the text; characters outside of ASCII count two to four bytes.',
  },
  'release-date': {
    message: 'A release date has the form YYYY/MM/DD and must exist; "{date}" does not.',
    remedy: 'Take the suggestion, or let Tenkai correct it (--fix).',
  },
  'required-for-service-pack': {
    message: 'A service pack needs its major and minor version.',
    remedy: 'Give both; 0 is a value.',
  },
  'program-name-twice': {
    message: 'Two programs of a package cannot both be called "{name}".',
    remedy: 'Rename one of them.',
  },
  'program-empty': {
    message: 'The program "{name}" has neither an executable nor a command line.',
    remedy: 'Choose a file of the package, or write a command line.',
  },
  'program-needs-itself': {
    message: 'The program "{name}" requires itself.',
    remedy: 'Remove the requirement.',
  },
  'program-executable-outside': {
    message: 'The executable "{executable}" is not a file of the folders that were added.',
    remedy: 'Choose a file inside of the added folders, written folder/file.',
  },
  'program-executable-ambiguous': {
    message: '{count} files of the package are "{executable}".',
    remedy: 'Write the pattern so that it stands for one file.',
  },
  'exit-code-twice': {
    message: 'The exit code {exitCode} cannot mean both success and restart.',
    remedy: 'Name it once.',
  },
  'detection-required': {
    message: 'A package needs a rule that detects it after the installation.',
    remedy: 'Add a file, a package name or a script; only the type tool may go without.',
  },
  'registry-key-without-hive': {
    message: 'The registry key "{key}" does not begin with a hive.',
    remedy: 'Begin with HKEY_LOCAL_MACHINE, or short with HKLM, and a backslash.',
  },
  'registry-name-missing': {
    message: 'Of the registry key {key} data are asked for, but of no value.',
    remedy: 'Give the name of a value, or ask only whether the key is there.',
  },
  'registry-not-comparable': {
    message:
      'No registry value can be {operator} "{data}": it is neither a number nor a version, or does not suit the type.',
    remedy: 'Give a whole number (16, 0x10) or a version of numbers and dots, or compare by "equal".',
  },
  'detection-version-incomplete': {
    message: 'A detection rule gives both an operator and a version, or neither.',
    remedy: 'Complete the rule.',
  },
  'detection-path-relative': {
    message: 'The path "{path}" of a detection rule is not absolute.',
    remedy: 'Begin with / or with a drive.',
  },
  'target-twice': {
    message: 'The same operating system, language and architecture is listed twice ({target}).',
    remedy: 'Remove one of the rows.',
  },
  'condition-too-large': {
    message: 'A condition has at most {leaves} questions, nested at most {depth} deep.',
    remedy: 'Simplify the condition.',
  },
  'text-unprintable': {
    message: 'The text holds a control character or a broken Unicode character.',
    remedy: 'Type the text again; it may have been pasted from elsewhere.',
  },
  'path-not-ascii': {
    message: 'The path "{path}" is not plain ASCII; some installers fail on such paths ({count} in all).',
    remedy: 'Rename the folder or file, unless you know that the installer copes.',
  },
  'urgency-automatic': {
    message: 'Packages of urgency {urgency} are also delivered by automatic update.',
    remedy: 'For delivery by scenarios alone choose normal or low.',
  },
  'service-pack-without-prerequisite': {
    message:
      'A service pack of level {level} usually needs an earlier one, and nothing here says so: it is also tried on machines without.',
    remedy: 'Give a condition, a base service pack or a required package.',
  },
  'relation-to-itself': {
    message: 'A package cannot require or supersede itself.',
    remedy: 'Remove the ID of the package from the list.',
  },
  'package-relation-cycle': {
    message: 'Packages {relation} each other in a circle: {path}.',
    remedy: 'Remove one of the relations named in the path.',
  },
  'archive-beside-contents': {
    message:
      'The archive "{archive}" ({archiveBytes}) seems to lie beside its own expanded contents ({besideBytes}): everything would be sent twice.',
    remedy: 'Remove the archive from the folder, or register the archive alone.',
  },
  'no-restart-switch-missing': {
    message: 'The program "{program}" lacks {switch}: its installer may restart the machine by itself.',
    remedy: 'Add {switch} to the parameters.',
  },
  'quiet-switch-choice': {
    message: 'The program "{program}" should have exactly one of {choices}.',
    remedy: 'With neither the installer waits for a user; with both the result is not defined.',
  },
  'release-date-corrected': {
    message: 'The release date "{given}" was corrected to {stored}.',
    remedy: 'Check that this is the date that was meant.',
  },
  'schedule-wrong': {
    message: 'The schedule cannot be used ({problem}).',
    remedy: 'Correct the time, the time zone or the days of the schedule.',
  },
  'schedule-in-the-past': {
    message: 'The schedule has no time left in the future.',
    remedy: 'Choose a later time, or start now.',
  },
  'scenario-not-ready': {
    message: 'The scenario {name} cannot be deployed now ({problem}).',
    remedy: 'Mend the step that the detail names, then deploy again.',
  },
  'power-off-before-run': {
    message: 'A machine cannot be switched off between delivery and run when the run follows the delivery.',
    remedy: 'Let the run begin at the next start of the machine, or switch it off after the update.',
  },
  'deployment-ended': {
    message: 'The deployment {id} was cancelled.',
    remedy: 'Make a new deployment.',
  },
  'deployment-of-updates': {
    message: 'The deployment {name} belongs to automatic update.',
    remedy:
      'Hold a package in automatic update to stop it for all machines, or cancel the deployment nevertheless: machines that have not ended it are held for its package, a restart that waits for a window is left out, and later machines get another deployment.',
  },
  'group-empty': {
    message: 'No machine of the deployment {id} waits for others.',
    remedy: 'See the runs of the deployment for what each of them waits for.',
  },
  'multicast-range-wrong': {
    message: 'Multicast sessions cannot use the addresses from {first} to {last}.',
    remedy: 'Choose up to 65,536 addresses from 224.0.1.0 to 239.255.255.255, the lower one first.',
  },
  'delivery-address-wrong': {
    message: '{address} is no address for multicast.',
    remedy: 'Give an IPv4 address from 224.0.1.0 to 239.255.255.255, such as 239.255.1.1, or none.',
  },
  'point-url': {
    message: '"{url}" is no address of a web server: http:// or https://, without user, query and fragment.',
    remedy: 'Give the address under which agents find objects/ and manifests/.',
  },
  'point-folder': {
    message: 'The folder {folder} cannot take content: {reason}.',
    remedy:
      'Make the folder on the server first, outside of the data folder, and let the server write to it.',
  },
  'point-file-view': {
    message: 'Plain files can be kept only where the server writes to a folder.',
    remedy: 'Give the folder, or turn the file view off.',
  },
  'point-built-in': {
    message: 'Address, folder and file view of the site itself are fixed.',
    remedy: 'Change only its name, its preference, and whether it is used.',
  },
  'point-unknown': {
    message: 'There is no distribution point {id}.',
    remedy: 'List the distribution points; it may have been removed.',
  },
  'upload-corrupt': {
    message: 'The bytes that arrived are not those of {sha256}.',
    remedy: 'Send the part again; read it again from the disk first.',
  },
  'range-outside': {
    message: 'The range asked for lies outside of the file.',
    remedy: 'Ask for the size first.',
  },
  'collection-built-in': {
    message: 'The collection {name} is built in and cannot be changed.',
    remedy: 'Make a collection of your own, limited to this one where that is meant.',
  },
  'window-invalid': {
    message: 'The maintenance window {name} cannot be used: {problem}',
    remedy: 'Correct the schedule of that window.',
  },
  'content-manifest-invalid': {
    message: 'The content manifest does not have the expected form.',
    remedy: 'Build the package again with this version of Tenkai; a changed manifest is never used.',
  },
  'content-manifest-mismatch': {
    message: 'The content manifest is not the one that was asked for ({contentId}).',
    remedy: 'Compare the manifest on the distribution point with the site, and publish it again.',
  },
  'content-path-empty': {
    message: 'A path in the content is empty or has an empty part.',
    remedy: 'Remove doubled, leading and trailing slashes.',
  },
  'content-path-absolute': {
    message: 'The path {path} is absolute.',
    remedy: 'Use paths relative to the package.',
  },
  'content-path-traversal': {
    message: 'The path {path} leaves its folder.',
    remedy: 'Remove the parts "." and "..".',
  },
  'content-path-drive': {
    message: 'The path {path} names a drive.',
    remedy: 'Use paths relative to the package.',
  },
  'content-path-backslash': {
    message: 'The path {path} contains a backslash.',
    remedy: 'Separate folders by forward slashes.',
  },
  'content-path-character': {
    message: 'The path {path} contains a character that not every system can store.',
    remedy: 'Rename the file without control characters and < > : " | ? *, or put it into an archive.',
  },
  'content-path-reserved': {
    message: 'The path {path} uses a name that Windows reserves.',
    remedy: 'Rename the file (CON, PRN, AUX, NUL, COM1, LPT1 and the like), or put it into an archive.',
  },
  'content-path-ending': {
    message: 'A part of the path {path} ends with a dot or a blank, which Windows drops.',
    remedy: 'Rename the file or folder.',
  },
  'content-path-too-long': {
    message: 'The path {path} is longer than {limitBytes}.',
    remedy: 'Shorten folder or file names.',
  },
  'content-path-not-normal': {
    message: 'The path {path} is not in Unicode normal form C.',
    remedy: 'Build the manifest with Tenkai, which normalises names.',
  },
  'content-path-not-unicode': {
    message: 'The name {path} is not valid Unicode.',
    remedy: 'Rename the file; its name is in an old encoding.',
  },
  'content-path-duplicate': {
    message: 'The paths {path} and {other} are one and the same on Windows.',
    remedy: 'Rename one of them; names must differ by more than upper and lower case.',
  },
  'content-symlink': {
    message: '{path} is a symbolic link or junction.',
    remedy: 'Replace the link by the file it stands for.',
  },
  'content-special-file': {
    message: '{path} is neither a file nor a folder.',
    remedy: 'Remove devices, sockets and pipes from the folder.',
  },
  'content-folder-missing': {
    message: 'There is no folder {path}.',
    remedy: 'Check the path; give a folder, not a file.',
  },
  'content-empty': {
    message: 'There is no file in the given folders.',
    remedy: 'Add a folder that contains the files of the package.',
  },
  'content-changed': {
    message: '{path} changed while it was being read.',
    remedy: 'Stop the program that writes there, then repeat.',
  },
  'content-too-many-files': {
    message: 'The content has more than {limit} files.',
    remedy: 'Pack small files into an archive that the installer expands.',
  },
  'content-too-large': {
    message: 'The content is larger than {limitBytes}.',
    remedy: 'Split the package, or raise the limit.',
  },
  'content-chunk-corrupt': {
    message: 'Part {chunk} of {path} from {source} is not what the manifest promises.',
    remedy: 'Run the content check on that distribution point; it repairs damaged parts.',
  },
  'content-chunk-missing': {
    message: 'There is no content part {sha256}.',
    remedy: 'Publish the content to this distribution point again.',
  },
  'content-unreachable': {
    message: 'None of the {sources} sources delivered {what}.',
    remedy: 'Check the distribution points and the network; the download continues where it stopped.',
  },
  'content-refused': {
    message: 'The source {source} refused {what} with status {status}.',
    remedy: 'Check the access rights of the distribution point and the token of the machine.',
  },
  'content-target-exists': {
    message: 'The folder {path} exists already.',
    remedy: 'Choose another target, or remove the folder.',
  },
  'content-in-use': {
    message: 'The content {contentId} is pinned by {owners}.',
    remedy: 'Wait until the runs that use it have ended.',
  },
  'multicast-no-group': {
    message: 'This machine cannot take part in the multicast group {group} with its address {address}.',
    remedy:
      'Check the address, the route for multicast and the ports that other programs use; unicast works meanwhile.',
  },
  'multicast-address-invalid': {
    message: '{address} is not a multicast address for sessions.',
    remedy: 'Use an address from 239.0.0.0 to 239.255.255.255, or leave it empty: one is chosen then.',
  },
  'multicast-address-used': {
    message:
      'A running session already uses {address}, or an address that network cards cannot tell from it.',
    remedy: 'Leave the address empty: a free one is chosen then; or wait until that session has ended.',
  },
  'multicast-pool-empty': {
    message: 'All addresses and ports for {sessions} multicast sessions are in use.',
    remedy: 'Wait until a session has ended, or enlarge the range in the site settings.',
  },
  'content-cache-full': {
    message: 'The content needs {neededBytes}; the cache may hold {limitBytes} and {pinnedBytes} are in use.',
    remedy: 'Raise the size of the content cache on this machine.',
  },
  'content-upload-rejected': {
    message: 'The server answered with content {answered} for the uploaded content {contentId}.',
    remedy: 'Client and server differ in version; update both.',
  },
  'disk-full': {
    message: 'The disk of {path} has {freeBytes} free; {neededBytes} are needed.',
    remedy: 'Free disk space on this machine; the work continues where it stopped.',
  },
  'archive-unknown': {
    message: '{path} is not an archive that can be expanded.',
    remedy: 'Use .zip, .tar, .tar.gz or .tar.zst.',
  },
  'archive-broken': {
    message: 'The archive {path} is damaged.',
    remedy: 'Make or copy the archive again.',
  },
  'archive-encrypted': {
    message: 'The archive {path} is encrypted.',
    remedy: 'Make the archive without a password.',
  },
  'archive-bomb': {
    message: 'The archive {path} expands to far more than its size allows.',
    remedy: 'Expand it yourself and register the folder, if you trust it.',
  },
  'site-address-invalid': {
    message: '{url} is not the address of a site.',
    remedy: 'Give an address such as https://tenkai.example:8443.',
  },
  'site-root-mismatch': {
    message: 'Trust key mismatch: the site {url} has the root key {actual}, not the pinned {expected}.',
    remedy:
      'Compare the root fingerprint with the one in the console; if they differ, this is not your site. If a machine brought the pinned key from another site: tenkai-agent trust purge, then enroll it with the new fingerprint.',
  },
  'core-unreachable': {
    message: 'The gateway cannot reach the core of the site server.',
    remedy: 'It tries again by itself. Where this stays, read the log of the server.',
  },
  'site-unreachable': {
    message: 'The site cannot be reached.',
    remedy: 'Check the network, and whether the site is running; this page tries again by itself.',
  },
  'site-certificate-time': {
    message: 'At {time}, the time of the machine, the certificate of {url} is not valid.',
    remedy:
      'Look at the clock of the machine first: timedatectl (Windows: w32tm /query /status); once it is right, the agent goes on by itself. Else the certificate of the site has to be renewed.',
  },
  'name-unresolved': {
    message: 'The machine cannot resolve the name {host}.',
    remedy: 'Look at the name that it was given, in its image too, and at its name service.',
  },
  'site-answer-invalid': {
    message: 'The site {url} gave an answer that this agent does not understand.',
    remedy: 'Compare the versions of agent and site.',
  },
  'site-signature-invalid': {
    message: 'A signature of the site does not hold.',
    remedy: 'Nothing was run. Look for somebody who alters traffic, or for a site that was set up anew.',
  },
  'enrollment-refused': {
    message: 'The site does not take this machine ({status}).',
    remedy: 'Look at the machine in the console: approve it there, or enroll it again with a new ticket.',
  },
  'console-defect': {
    message: 'The console itself has failed.',
    remedy: 'Reload the page, and report this as a defect of Tenkai.',
  },
  'not-a-tenkai-answer': {
    message: 'The server did not give an answer of Tenkai.',
    remedy: 'Check the address, and whether a proxy stands in between.',
  },
  'name-empty': {
    message: 'A name is required.',
    remedy: 'Give a name.',
  },
};
